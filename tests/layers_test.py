#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""layers.py finds what it claims to find, and leaves alone what is right."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TAG = "// SPDX-License-Identifier: Apache-2.0\n"
TABLE = """# SPDX-License-Identifier: Apache-2.0
gw_module(base gateway/base FOREIGN Poco/)
gw_module(certs certs USES base FOREIGN openssl/)
gw_module(transports transports USES base)
"""


class Layers(unittest.TestCase):
    def judge(self, rule, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {"CMakeLists.txt": TABLE, **files}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            subprocess.run(["git", "init", "-q"], cwd=root, check=True)
            run = subprocess.run([sys.executable, HERE / "layers.py", rule], cwd=root, capture_output=True, text=True)
            self.assertEqual(run.stderr, "")
            return run.returncode, run.stdout

    def finds(self, rule, name, text, said):
        status, output = self.judge(rule, {name: TAG + text})
        self.assertEqual(status, 1, output)
        self.assertIn(said, output)

    def accepts(self, rule, name, text):
        status, output = self.judge(rule, {name: TAG + text})
        self.assertEqual(status, 0, output)

    def test_an_include_against_the_arrows(self):
        self.finds("arrows", "gateway/base/x.cpp", '#include "certs/cms.h"\n', "x.cpp:2: base may not use certs")
        self.finds("arrows", "transports/x.h", '#include "certs/cms.h"\n', "transports may not use certs")
        self.accepts("arrows", "certs/x.cpp", '#include "gateway/base/error.h"\n#include <openssl/cms.h>\n')

    def test_a_relative_include_and_a_foreign_header(self):
        self.finds("arrows", "certs/x.cpp", '#include "../gateway/base/error.h"\n', "not a path from the repository root")
        self.finds("arrows", "transports/x.cpp", "#include <openssl/ssl.h>\n", "wrap it")

    def test_a_loop(self):
        status, output = self.judge("arrows", {"CMakeLists.txt": "gw_module(a a USES b)\ngw_module(b b USES a)\n"})
        self.assertEqual(status, 1)
        self.assertIn("a -> b -> a", output)

    def test_names_kept_for_few(self):
        for text, said in (("try { f(); } catch (...) {}", "catch"), ("auto t = std::chrono::system_clock::now();", "clock"),
                           ("auto t = std::time(nullptr);", "clock"), ("std::random_device d;", "chance"),
                           ("send(key.reveal());", "reveal"), ("std::system(line);", "execution"), ("usleep(3);", "sleep")):
            with self.subTest(text):
                self.finds("names", "transports/x.cpp", f"void g() {{ {text} }}\n", f"x.cpp:2: {said}")

    def test_a_name_in_a_comment_or_a_text_is_no_use(self):
        self.accepts("names", "transports/x.cpp", '// catch (this)\nauto a = "catch (it)"; /* random\n std::random_device */\nauto t = document.time(0);\n')

    def test_a_sleeping_test(self):
        self.finds("names", "tests/base/x_test.cpp", "void g() { std::this_thread::sleep_for(1s); }\n", "must not sleep")

    def test_a_file_and_a_function_beyond_the_budget(self):
        self.finds("size", "certs/x.h", "int a;\n" * 500, "501 lines")
        long = "int f(int a) {\n" + "    g();\n" * 59 + "}\n"
        self.finds("size", "certs/x.cpp", "namespace n {\n" + long + "}\n", "x.cpp:3: f has 61 lines")
        self.accepts("size", "certs/x.cpp", long.replace("    g();\n", "", 1) * 3)
        self.accepts("size", "certs/x.cpp", "struct S {\n" + "    int f() { return 1; }\n" * 100 + "};\n")

    def test_a_path_of_a_machine_and_a_registry(self):
        for text in ("see /work/x\n", "cd /home/jo/src\n", "https://registry.npmjs.org/x\n", "deb http://deb.debian.org/debian\n", "/root/.cache\n"):
            with self.subTest(text):
                self.finds("places", "docs/x.md", text, "x.md:2")
        self.accepts("places", "docs/x.md", "see https://www.rfc-editor.org/rfc/rfc4130 and /var/lib/sallyport, framework/x, /etc/x\n")

    def test_a_source_without_licence(self):
        status, output = self.judge("licence", {"certs/x.cpp": "int a;\n"})
        self.assertEqual(status, 1, output)


if __name__ == "__main__":
    unittest.main()
