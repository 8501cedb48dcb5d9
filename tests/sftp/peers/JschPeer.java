// SPDX-License-Identifier: Apache-2.0
// A partner's program of the years around 2018: JSch 0.1.5x, which knows neither Ed25519 nor rsa-sha2. It uploads under a
// temporary name, renames, lists and fetches, and says what it did.
// usage: JschPeer PORT USER KEY_FILE HOST_KEY_FILE LOCAL_FILE NAME FETCHED_FILE
import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.Session;
import com.jcraft.jsch.SftpException;
import java.util.ArrayList;
import java.util.List;

public final class JschPeer {
    private JschPeer() {
    }

    public static void main(String[] arguments) throws Exception {
        JSch jsch = new JSch();
        jsch.addIdentity(arguments[2]);
        jsch.setKnownHosts(arguments[3]);
        Session session = jsch.getSession(arguments[1], "127.0.0.1", Integer.parseInt(arguments[0]));
        session.setConfig("PreferredAuthentications", "publickey");
        session.setConfig("server_host_key", "ecdsa-sha2-nistp256");
        session.connect(20000);
        ChannelSftp sftp = (ChannelSftp) session.openChannel("sftp");
        sftp.connect(20000);
        System.out.println("pwd " + sftp.pwd());
        sftp.cd("/in");
        sftp.put(arguments[4], arguments[5] + ".tmp", ChannelSftp.OVERWRITE);
        sftp.chmod(0644, arguments[5] + ".tmp");
        sftp.setMtime(arguments[5] + ".tmp", 1700000000);
        sftp.rename(arguments[5] + ".tmp", arguments[5]);
        System.out.println("size afterwards " + sftp.stat(arguments[5]).getSize());
        List<String> names = new ArrayList<>();
        for (Object entry : sftp.ls("/out")) {
            String name = ((ChannelSftp.LsEntry) entry).getFilename();
            if (!name.startsWith(".")) {
                names.add(name);
            }
        }
        System.out.println("out " + names.size());
        if (!names.isEmpty()) {
            sftp.get("/out/" + names.get(0), arguments[6]);
            System.out.println("fetched " + names.get(0));
        }
        try {
            sftp.rm("/etc/passwd");
            System.out.println("FAULT: removed a file of the machine");
        } catch (SftpException refused) {
            System.out.println("refused " + refused.id);
        }
        sftp.disconnect();
        session.disconnect();
        System.out.println("server " + session.getServerVersion());
    }
}
