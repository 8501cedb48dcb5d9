# SPDX-License-Identifier: Apache-2.0
"""Power cuts for a test driver: run a program under the shim, kill it, go on with what the disk would have kept.

    cuts = PowerCut(state, work)                  # state: the directory under test; work: outside of it
    child = subprocess.Popen(command, env={**os.environ, **cuts.start()})
    ... child.kill(); child.wait() ...
    cuts.cut(seed=7)                              # state is now what a power cut would have left
                                                  # or cuts.survive(): the process died, the power stayed

cut() puts the new tree in the place of the old one, so that a configuration that names the directory stays true.
"""
import dataclasses
import os
import pathlib
import shutil
import subprocess

from reconstruct import JournalError, reconstruct, settle_last

__all__ = ["FAST", "JournalError", "PowerCut", "build_shim"]
# Where the tests work: nothing needs to be durable for real, the journal says what would have been.
FAST = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
HERE = pathlib.Path(__file__).resolve().parent


def build_shim(folder):
    """Compiles the shim into `folder`; its path. Raises CalledProcessError with the compiler's words."""
    library = pathlib.Path(folder) / "powercut_shim.so"
    if not library.exists():
        fresh = library.with_suffix(".new")
        subprocess.run(["cc", "-std=c11", "-O2", "-Wall", "-Wextra", "-Wshadow", "-Werror", "-fPIC", "-shared", "-pthread",
                        "-o", fresh, HERE / "shim.c", "-ldl"], check=True)
        fresh.rename(library)
    return library


@dataclasses.dataclass
class Life:
    snapshot: pathlib.Path
    journal: pathlib.Path


class PowerCut:
    def __init__(self, root, work, slow=0):
        """`slow`: microseconds that a sync takes at most, by chance."""
        self.slow = slow
        self.root, self.work = pathlib.Path(root).resolve(), pathlib.Path(work).resolve()
        if self.work == self.root or self.root in self.work.parents:
            raise ValueError("the journal must stand outside of the watched directory")
        self.work.mkdir(parents=True, exist_ok=True)
        self.shim = build_shim(self.work)
        self.lives = 0
        self.life = None

    def start(self):
        """Gives the environment for the next child; one at a time. Takes a snapshot first, unless survive() was called."""
        self.root.mkdir(parents=True, exist_ok=True)
        if self.life is not None:
            return self.environment()
        self.lives += 1
        self.life = Life(self.work / f"snapshot-{self.lives}", self.work / f"journal-{self.lives}")
        shutil.copytree(self.root, self.life.snapshot)
        return self.environment()

    def environment(self):
        return {"LD_PRELOAD": str(self.shim), "SALLYPORT_POWERCUT_ROOT": str(self.root),
                "SALLYPORT_POWERCUT_JOURNAL": str(self.life.journal), "SALLYPORT_POWERCUT_SLOW": str(self.slow)}

    def survive(self):
        """Instead of cut(), after the child is dead: the power stayed. The next child goes on with the same page cache, and
        what was not durable yet can still be lost by a later cut."""
        settle_last(self.life.journal, self.life.snapshot, self.root)

    def cut(self, seed=None, keep=False):
        """After the child is dead: replaces the root by what was durable (seed: and a random part of the rest).

        Raises JournalError when an operation went past the shim. With keep, snapshot, journal and the tree as it was
        stay in the work directory for a look. Returns reconstruct's Summary.
        """
        life, self.life = self.life, None
        fresh, old = self.work / f"cut-{self.lives}", self.work / f"killed-{self.lives}"
        summary = reconstruct(life.journal, fresh, life.snapshot, seed, compare_with=self.root)
        shutil.move(self.root, old)
        shutil.move(fresh, self.root)
        if not keep:
            shutil.rmtree(old)
            shutil.rmtree(life.snapshot)
            life.journal.unlink()
        return summary
