# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium driven over its debugging pipe: no port is opened and no package beyond the browser is needed."""
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class Browser:
    """One page. `call` sends a command and waits for its answer; what happened meanwhile stands in `events`."""

    def __init__(self, program):
        self.profile = tempfile.mkdtemp(prefix="sallyport-browser-")
        commands_read, self._write = os.pipe()
        self._read, answers_write = os.pipe()

        def wire():  # the browser reads from descriptor 3 and writes to 4
            os.dup2(commands_read, 13)
            os.dup2(answers_write, 14)
            os.dup2(13, 3)
            os.dup2(14, 4)

        self._child = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-extensions", "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "about:blank"],
            preexec_fn=wire, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands_read)
        os.close(answers_write)
        self._buffer = b""
        self._number = 0
        self._session = None
        self.events = []
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(one["targetId"] for one in targets if one["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def _message(self, deadline):
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], max(0.0, deadline - time.monotonic()))
            octets = os.read(self._read, 1 << 16) if ready else b""
            if not octets:
                raise TimeoutError("the browser does not answer")
            self._buffer += octets
        text, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, seconds=60, **parameters):
        self._number += 1
        command = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._write, json.dumps(command).encode() + b"\0")
        deadline = time.monotonic() + seconds
        while True:
            message = self._message(deadline)
            if message.get("id") == self._number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            if "method" in message:
                self.events.append(message)

    def open(self, file, seconds=60):
        """Loads a file and waits until it has loaded."""
        self.events.clear()
        self.call("Page.navigate", url=file.resolve().as_uri())
        deadline = time.monotonic() + seconds
        while not any(one["method"] == "Page.loadEventFired" for one in self.events):
            message = self._message(deadline)
            if "method" in message:
                self.events.append(message)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return answer["result"].get("value")

    def picture(self):
        """A screenshot as PNG octets."""
        import base64
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def close(self):
        self._child.terminate()
        try:
            self._child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        os.close(self._write)
        os.close(self._read)
        shutil.rmtree(self.profile, ignore_errors=True)
