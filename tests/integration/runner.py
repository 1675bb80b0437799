# SPDX-License-Identifier: Apache-2.0
"""tests/run counts what happened, and is not green when nothing did: with a ctest of ours in the real one's place."""

import os
import shutil
import subprocess
import tempfile

from harness import SOURCE, check, finish

GOOD = "1/1 Testing: unit/a\\n[       OK ] one\\n[       OK ] two\\nok 1 - three\\n"
MIXED = ("1/2 Testing: unit/a\\n[       OK ] one\\n[  SKIPPED ] two\\n[  SKIPPED ] 1 test(s), listed below:\\n"
         "[  SKIPPED ] two\\n\\n 1 SKIPPED TEST(S)\\n[  FAILED  ] three\\n[  FAILED  ] 1 test(s), listed below:\\n"
         "[  FAILED  ] three\\n\\n 1 FAILED TEST(S)\\nTest Failed.\\n2/2 Testing: integration/b\\nok 1 - x # SKIP why\\n"
         "not ok 2 - y\\nTest Failed.\\n")

tree = tempfile.mkdtemp(prefix="pathwayd-runner-")
tools = os.path.join(tree, "tools")
log = os.path.join(tree, "build", "Testing", "Temporary", "LastTest.log")
os.makedirs(os.path.join(tree, "tests"))
os.makedirs(tools)
shutil.copy(os.path.join(SOURCE, "tests", "run"), os.path.join(tree, "tests", "run"))


def script(path, text):
    with open(path, "w") as out:
        out.write("#!/bin/sh\n" + text)
    os.chmod(path, 0o755)


def run(ctest, setup="exit 0\n"):
    script(os.path.join(tree, "tests", "setup"), setup)
    script(os.path.join(tools, "ctest"), ctest)
    done = subprocess.run([os.path.join(tree, "tests", "run"), "--quick"], capture_output=True, text=True,
                          env={**os.environ, "PATH": tools + ":" + os.environ["PATH"]})
    return done.returncode, done.stdout.splitlines()


def writes(text, status):
    return f"printf '{text}' >{log}\nexit {status}\n"


status, lines = run(writes(GOOD, 0))
check(status == 0 and lines[-1] == "3 passed, 0 failed, 0 skipped", f"what passed is counted: {lines[-1]}")
status, lines = run("exit 8\n")
check(status == 1 and lines[-1] == "0 passed, 1 failed, 0 skipped",
      f"a ctest that cannot run is a failure, and the old log is not counted: {lines[-1]}")
status, lines = run(writes(GOOD, 1))
check(status == 1 and lines[-1] == "3 passed, 1 failed, 0 skipped", f"so is one that fails without a word: {lines[-1]}")
status, lines = run(writes(MIXED, 8))
check(status == 1 and lines[-1] == "1 passed, 2 failed, 2 skipped", f"each kind is counted once: {lines[-1]}")
check("  unit/a: two" in lines and "  integration/b: ok 1 - x # SKIP why" in lines, "and what was skipped is named")
status, lines = run(writes(GOOD, 0), "exit 1\n")
check(status == 1 and lines[-1] == "0 passed, 1 failed, 0 skipped", f"a build that fails is a failure: {lines[-1]}")
shutil.rmtree(tree)
finish()
