# SPDX-License-Identifier: Apache-2.0
"""A list of named checks with counts, for drivers that run programs and look at what they did."""
import subprocess


class Checks:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def that(self, what, good, said=""):
        if good:
            self.passed += 1
            print(f"ok      {what}", flush=True)
        else:
            self.failed += 1
            print(f"FAILED  {what}" + (f"\n{said}" if said else ""), flush=True)
        return bool(good)

    def skip(self, what, why):
        self.skipped += 1
        print(f"SKIPPED {what}: {why}", flush=True)

    def run(self, what, *command, **more):
        """The command must end with status 0; its output, or None when it did not."""
        done = command_output(*command, **more)
        return done.stdout if self.that(what, done.returncode == 0, done.stdout[-3000:]) else None

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        return 1 if self.failed or not self.passed else 0


def command_output(*command, **more):
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", stdin=subprocess.DEVNULL, **{"timeout": 900, **more})
