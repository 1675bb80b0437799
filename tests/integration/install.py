# SPDX-License-Identifier: Apache-2.0
"""`cmake --install` into a prefix: runs from there, and a plugin builds out of tree against it by pkg-config alone."""

import os
import shutil
import subprocess
import tempfile

from harness import BUILD, SOURCE, check, finish, skip

home = tempfile.mkdtemp(prefix="pathwayd-install-")
prefix = os.path.join(home, "prefix")
run = subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], capture_output=True, text=True)
check(run.returncode == 0, f"it installs {run.stderr.strip()}")
bin_folder = os.path.join(prefix, "bin")


def program(*arguments, **more):
    return subprocess.run(list(arguments), capture_output=True, text=True, timeout=300, cwd=home, **more)


run = program(f"{bin_folder}/pathwayd", "--check")
check(run.returncode == 0, f"pathwayd --check from the prefix, with the prefix's configuration: {run.stdout}{run.stderr}")
check(prefix in run.stdout, "which is the one it names")
run = program(f"{bin_folder}/pathwayctl", "screen", "北京航空航天大学", "--json")
check(run.returncode == 0 and "00wk2mp56" in run.stdout, f"pathwayctl screen works there {run.stderr}")
for manual in ("man1/pathwayctl.1", "man8/pathwayd.8", "man8/pathwayd-page.8", "man5/pathwayd.conf.5"):
    check(os.path.exists(f"{prefix}/share/man/{manual}"), f"{manual} is installed")
unit = f"{prefix}/lib/systemd/system/pathwayd.service"
check(os.path.exists(unit), "so is the service")
with open(unit) as text:
    lines = text.read().splitlines()
check(f"ExecStart={bin_folder}/pathwayd" in lines, "which starts the program of the prefix")
check("RuntimeDirectory=pathwayd" in lines and "RuntimeDirectoryMode=0755" in lines,
      "with a runtime folder that every account can enter")
lists = [f"{prefix}/lib/systemd/system/pathwayd-lists.{kind}" for kind in ("service", "timer")]
with open(lists[0]) as text:
    check(f"ExecStart={bin_folder}/pathwayctl list update\n" in text.read(), "and the one that renews the lists")
metrics = f"{prefix}/lib/systemd/system/pathwayd-metrics.service"
with open(metrics) as text:
    check(f"ExecStart={bin_folder}/pathwayctl metrics --listen 127.0.0.1:9943\n" in text.read(), "and the one that serves figures")
page = f"{prefix}/lib/systemd/system/pathwayd-page.service"
with open(page) as text:
    check(f"ExecStart={bin_folder}/pathwayd-page\n" in text.read(), "and the one of the reviewers' page")
check(os.path.exists(f"{prefix}/lib/sysusers.d/pathwayd-page.conf"), "with its account")
run = program(f"{bin_folder}/pathwayd-page", "--check")
check(run.returncode == 2 and "page_server" in run.stderr, f"which nobody asked for yet: {run.stderr.strip()}")
if shutil.which("systemd-analyze"):
    run = program("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit, metrics, page, *lists)
    check(run.returncode == 0 and not run.stderr.strip(), f"systemd finds nothing wrong with it: {run.stdout}{run.stderr}")
else:
    skip("systemd finds nothing wrong with it", "systemd-analyze is not here")

plugin = os.path.join(home, "plugin")
shutil.copytree(os.path.join(SOURCE, "plugins", "template"), plugin)
found = subprocess.run(["find", prefix, "-name", "pathwayd.pc"], capture_output=True, text=True).stdout.strip()
environment = {"PATH": os.environ["PATH"], "PKG_CONFIG_PATH": os.path.dirname(found), "HOME": home}
run = subprocess.run(["make"], cwd=plugin, env=environment, capture_output=True, text=True)
check(run.returncode == 0, f"the template builds by pkg-config alone {run.stderr.strip()}")
objects = [name for name in os.listdir(plugin) if name.endswith(".so")]
check(len(objects) == 1, f"into one shared object {objects}")
run = program(f"{bin_folder}/pathwayctl", "plugin", "check", os.path.join(plugin, objects[0]))
check(run.returncode == 0, f"which passes plugin check: {run.stdout}{run.stderr}")
symbols = subprocess.run(["nm", "-D", "--defined-only", os.path.join(plugin, objects[0])], capture_output=True, text=True)
check([line.split()[-1] for line in symbols.stdout.splitlines()] == ["pw_plugin"], "and exports one symbol")
shutil.rmtree(home)
finish()
