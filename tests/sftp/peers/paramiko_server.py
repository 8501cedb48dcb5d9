# SPDX-License-Identifier: Apache-2.0
"""A partner's SFTP server made of paramiko: one user with one key, and the files of one folder."""
import os
import socket
import threading


def serve(paramiko, directory, port, user):
    """(event that stops it, its listening socket)"""
    authorized = (directory / "mine.pub").read_text().split()[1]

    def failure(error):
        return paramiko.SFTPServer.convert_errno(error.errno)

    class Login(paramiko.ServerInterface):
        def check_auth_publickey(self, username, key):
            good = username == user and key.get_base64() == authorized
            return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

        def check_channel_request(self, kind, chanid):
            return paramiko.OPEN_SUCCEEDED if kind == "session" else paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

        def get_allowed_auths(self, username):
            return "publickey"

    class Handle(paramiko.SFTPHandle):
        def stat(self):
            return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))

        def chattr(self, attributes):
            return paramiko.SFTP_OK

    class Files(paramiko.SFTPServerInterface):
        def real(self, path):
            return str(directory) + self.canonicalize(path)

        def list_folder(self, path):
            try:
                found = []
                for name in os.listdir(self.real(path)):
                    attributes = paramiko.SFTPAttributes.from_stat(os.stat(os.path.join(self.real(path), name)))
                    attributes.filename = name
                    found.append(attributes)
                return found
            except OSError as error:
                return failure(error)

        def stat(self, path):
            try:
                return paramiko.SFTPAttributes.from_stat(os.stat(self.real(path)))
            except OSError as error:
                return failure(error)

        lstat = stat

        def open(self, path, flags, attributes):
            try:
                descriptor = os.open(self.real(path), flags, 0o600)
            except OSError as error:
                return failure(error)
            mode = "rb" if flags & (os.O_WRONLY | os.O_RDWR) == 0 else ("wb" if flags & os.O_WRONLY else "r+b")
            file = os.fdopen(descriptor, mode)
            handle = Handle(flags)
            handle.filename = path
            handle.readfile = handle.writefile = file
            return handle

        def remove(self, path):
            try:
                os.remove(self.real(path))
            except OSError as error:
                return failure(error)
            return paramiko.SFTP_OK

        def rename(self, old, new):
            if os.path.exists(self.real(new)):
                return paramiko.SFTP_FAILURE
            try:
                os.rename(self.real(old), self.real(new))
            except OSError as error:
                return failure(error)
            return paramiko.SFTP_OK

    def one(connection):
        transport = paramiko.Transport(connection)
        try:
            with open(directory / "host") as file:
                transport.add_server_key(paramiko.Ed25519Key.from_private_key(file))
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
            transport.start_server(server=Login())
            channels = []  # one that nobody holds is closed
            while transport.is_active() and not stopped.is_set():
                channels.append(transport.accept(0.2))
        except (paramiko.SSHException, EOFError, OSError):
            pass
        transport.close()

    def accept():
        while not stopped.is_set():
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    stopped = threading.Event()
    listener = socket.create_server(("127.0.0.1", port))
    threading.Thread(target=accept, daemon=True).start()
    return stopped, listener
