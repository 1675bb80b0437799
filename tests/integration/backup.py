# SPDX-License-Identifier: Apache-2.0
"""A drill: a daemon under load is backed up, killed, and restored elsewhere; what the backup promises is there and goes on.
Damaged backups, full disks, other people's folders and running daemons are met with a sentence, and nothing half."""

import json
import os
import pty
import shutil
import signal
import socket
import socketserver
import sqlite3
import subprocess
import sys
import threading
import time

from harness import BIN, SEVEN_SONS, SLOW, SOURCE, Daemon, Others, check, event, finish, policies, skip, until

SMALL_DISKS = os.environ.get("PATHWAYD_IN_NAMESPACE") == "1"
if not SMALL_DISKS and os.geteuid() == 0 and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0:
    os.environ["PATHWAYD_IN_NAMESPACE"] = "1"
    os.execvp("unshare", ["unshare", "-m", sys.executable, "-B", os.path.realpath(__file__)])


class Letters(socketserver.ThreadingTCPServer):
    """A mail server that takes everything, and counts."""
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port):
        self.ids = []
        super().__init__(("127.0.0.1", port), self.Session)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    class Session(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"220 localhost\r\n")
            for line in self.rfile:
                word = line.split()[0].upper() if line.split() else b""
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    for text in self.rfile:
                        if text.lower().startswith(b"message-id:"):
                            self.server.ids.append(text.split()[1].decode())
                        if text == b".\r\n":
                            break
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 localhost\r\n")
                if word == b"QUIT":
                    return


with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
packs = policies()[1]["config"]["packs"]
MAIL = {"name": "email", "plugin": "email", "stage": "notify",
        "config": {"server": f"smtp://127.0.0.1:{port}", "from": "pathwayd@example.test", "starttls": "off"}}
SETTINGS = {"reviewers": [{"name": "alice", "addresses": {"email": "alice@example.test"}}],
            "routes": [{"min_level": "recommended", "reviewers": ["alice"], "channels": ["email"]}],
            "packs": {"two_people": False}}
daemon = Daemon(policies() + [MAIL], **SETTINGS)
daemon.start()
box = daemon.home  # beside the state folder
backup = os.path.join(box, "backup")


def files(folder):
    return sorted(os.path.relpath(os.path.join(path, name), folder) for path, _, names in os.walk(folder) for name in names)


def left_behind():
    return [name for name in os.listdir(box) if name.startswith(".")]


def run(*arguments):
    ran = daemon.ctl(*arguments)
    return ran.returncode, ran.stdout, ran.stderr


# ---- what there is ---------------------------------------------------------------------------------------------------

check(run("backup", "-o", os.path.join(box, "empty"))[0] == 0, "a journal without events is backed up")
daemon.send([event(n, partner=SEVEN_SONS) for n in range(20)])
check(until(lambda: daemon.json("status")["journal"]["notices_waiting"] == 20), "20 cases, and their notices wait")
cases = {c["engagement_id"]: c["case"] for c in daemon.rows("case", "list")}
ran = daemon.ctl("case", "decide", cases["E-3"], "proceed", "--reason", "It is read only.")
check(ran.returncode == 0, f"one is decided {ran.stderr}")
with open(packs) as file:
    text = file.read()
office = os.path.join(box, "office.json")
with open(office, "w") as out:
    out.write(text.replace('"pack": "paper"', '"pack": "drill"', 1))
ran = daemon.ctl("pack", "activate", office, "--reason", "A drill.")
check(ran.returncode == 0, f"a pack comes into force {ran.stdout} {ran.stderr}")
ran = daemon.ctl("list", "import", f"office=simple:{os.path.join(SOURCE, 'conf', 'lists', 'seven-sons.json')}")
check(ran.returncode == 0, f"and a list {ran.stdout} {ran.stderr}")

# ---- a backup under load ---------------------------------------------------------------------------------------------

acks, stop = [], threading.Event()


def load():
    number = 1000
    while not stop.is_set() and number < 200000:
        got = daemon.request(json.dumps([event(n, partner=SEVEN_SONS if n % 50 == 0 else []) for n in range(number, number + 50)]))
        acks.extend(a["sequence"] for a in got or [] if a["status"] == "accepted")
        number += 50


loader = threading.Thread(target=load)
loader.start()
until(lambda: len(acks) > 500)
before = max(acks)
made = daemon.json("backup", "-o", backup)
until(lambda: max(acks) > made["sequence"], 10)
check(before <= made["sequence"], f"all that was accepted before is in it {before} {made['sequence']}")
check(max(acks) > made["sequence"], "and the daemon took events all along")
stop.set()
loader.join()
with open(os.path.join(backup, "manifest.json")) as file:
    manifest = json.load(file)
check(manifest["sequence"] == made["sequence"] and manifest["audit_head"] == made["audit_head"], "its manifest says so")
check(set(files(backup)) == {p["path"] for p in manifest["parts"]} | {"manifest.json", "manifest.b2sum"}, "and names every file")
check({p.split("/")[0] for p in files(backup)} == {"journal.db", "packs", "lists", "manifest.json", "manifest.b2sum"} and
      {link["path"] for link in manifest["links"]} == {"packs/current", "lists/current"}, f"packs and lists as well {files(backup)}")
check(all(os.stat(os.path.join(path, name)).st_mode & 0o077 == 0 for path, folders, names in os.walk(backup)
          for name in names + folders + ["."] if not os.path.islink(os.path.join(path, name))), "which nobody else can read")
sums = subprocess.run(["b2sum", "-c", "manifest.b2sum"], cwd=backup, capture_output=True, text=True)
check(sums.returncode == 0, f"b2sum agrees {sums.stderr}")
part = manifest["parts"][0]
sums = subprocess.run(["b2sum", "-l", "256", part["path"]], cwd=backup, capture_output=True, text=True).stdout
check(sums.split()[0] == part["blake2b"], "of each part, too")
check(left_behind() == [], "nothing else is left")
logged = daemon.ctl("audit", "verify", "--journal", os.path.join(backup, "journal.db"))
check(logged.returncode == 0, "the chain of the copy holds by itself")

code, _, said = run("backup", "-o", backup)
check(code == 2 and "--force" in said, "it is not written over")
kept = files(backup)
check(run("backup", "-o", daemon.state, "--force")[0] == 2 and os.path.exists(daemon.control), "nor is what is no backup, ever")
check(run("backup", "-o", os.path.join(box, "nowhere", "b"))[0] == 1, "a folder that is not there")
for name in ("/", ".", "..", ""):
    check(run("backup", "-o", name)[0] == 2, f"-o {name!r} is a mistake")
two = os.path.join(box, "two")
check(run("backup", "-o", two + "/")[0] == 0 and run("backup", "-o", two, "--force")[0] == 0, "--force makes a newer one of it")
shutil.rmtree(two)
there = subprocess.run([os.path.join(BIN, "pathwayctl"), "--config", daemon.ctl_file, "backup"], cwd=box, capture_output=True)
named = [name for name in os.listdir(box) if name.startswith("pathwayd-2")]
check(there.returncode == 0 and len(named) == 1, f"without -o it names itself after the time {named}")
check(there.stderr == b"", "and shows no progress where nobody looks")
reader, terminal = pty.openpty()
subprocess.run([os.path.join(BIN, "pathwayctl"), "--config", daemon.ctl_file, "backup", "-o", two], stdout=subprocess.DEVNULL,
               stderr=terminal, check=True)
os.close(terminal)
check(b"copying the journal" in os.read(reader, 65536), "but does on a terminal")
os.close(reader)
shutil.rmtree(two)



def interrupted(*arguments):
    """With a SIGTERM that waits for it from the start."""
    def terminate():
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        os.kill(os.getpid(), signal.SIGTERM)
    return subprocess.run([os.path.join(BIN, "pathwayctl"), "--config", daemon.ctl_file, *arguments], preexec_fn=terminate,
                          capture_output=True, text=True, timeout=60 * SLOW)


for arguments in (("backup", "-o", two), ("restore", backup, "--to", two)):
    ran = interrupted(*arguments)
    check(ran.returncode == 1 and "stopped" in ran.stderr and left_behind() == [] and not os.path.exists(two),
          f"{arguments[0]} leaves nothing when it is stopped {ran.stderr}")

# ---- restored elsewhere ----------------------------------------------------------------------------------------------

code, _, said = run("restore", backup)
check(code == 1 and "Another pathwayd has the journal" in said, f"not over a daemon that runs {said}")
check(daemon.ctl("audit", "verify").returncode == 0 and left_behind() == [], "which goes on")
code, _, said = run("restore", backup, "--force")
check(code == 1, "--force or not")
findings = {(f["event"]["id"], f["rule"]) for f in daemon.rows("findings", "--limit", "0") if f["sequence"] <= 20} \
    if "sequence" in (daemon.rows("findings", "--limit", "1") or [{}])[0] else \
    {(f["event"]["id"], f["rule"]) for f in daemon.rows("findings", "--limit", "0") if int(f["event"]["id"][2:]) < 1000}
daemon.kill()

elsewhere = os.path.join(box, "elsewhere")
code, said, error = run("restore", backup, "--to", elsewhere)
check(code == 0 and f"event {made['sequence']}" in said and "not in it" in said and made["audit_head"] in said,
      f"it is restored, says up to where, and what may be lost {said} {error}")
check(os.readlink(os.path.join(elsewhere, "packs", "current")) == "000001" and
      os.path.exists(os.path.join(elsewhere, "lists", "current", "all.snap")), "with packs and lists in force")
other = Daemon(daemon.config["plugins"], state=elsewhere, **SETTINGS)
post = Letters(port)
other.start()
check(other.drain(120), "a daemon starts there, and finishes what was under way")
events = {e["sequence"] for e in other.rows("event", "list", "--limit", "0")}
check(events == set(range(1, made["sequence"] + 1)), "every event up to the manifest's is there, and no other")
again = {(f["event"]["id"], f["rule"]) for f in other.rows("findings", "--limit", "0")}
check(findings <= again and len([f for f in again if int(f[0][2:]) < 20]) >= 20, "with its findings")
restored = {c["engagement_id"]: c for c in other.rows("case", "list", "--limit", "0")}
check(set(cases) <= set(restored) and restored["E-3"]["state"] == "decided", "cases, and what was decided")
check(other.json("case", "show", cases["E-3"])["decisions"][0]["reason"] == "It is read only.", "and why")
row = other.rows("pack", "history")[-1]
check(row["state"] == "done" and "drill" in json.dumps(other.rows("pack", "list")), f"the pack is in force {row}")
waiting = other.json("status")["journal"]
check(until(lambda: other.json("status")["journal"]["notices_waiting"] == 0, 120) and len(set(post.ids)) >= 20,
      f"what reviewers were not told goes out {len(set(post.ids))} {waiting}")
check(other.json("status")["journal"]["notices_delivered"] == len(set(post.ids)), "each once")
answer = other.send([event(0, partner=SEVEN_SONS), event(900001)])
check([a["status"] for a in answer] == ["duplicate", "accepted"], "what is there is known, what is new is taken")
check(answer[1]["sequence"] == made["sequence"] + 1, "and goes on from there")
check(other.ctl("audit", "verify").returncode == 0, "the audit chain holds")
check(other.stop() == 0, "and it stops")
post.shutdown()

# ---- over what is there ----------------------------------------------------------------------------------------------

code, _, said = run("restore", backup, "--to", elsewhere)
check(code == 2 and "--force" in said and "not empty" in said, "not over what is there")
result = json.loads(daemon.ctl("restore", backup, "--to", elsewhere, "--force", "--json").stdout)
check(result["sequence"] == made["sequence"] and result["kept"].startswith(elsewhere + ".before-"), f"unless by force {result}")
old = daemon.json("audit", "verify", "--journal", os.path.join(result["kept"], "journal.db"))
check(old["intact"] and old["records"] > result["audit_records"], "and then what was there is kept beside it")
bare = os.path.join(box, "bare")
os.mkdir(bare, 0o710)
code, _, said = run("restore", backup, "--to", bare)
check(code == 0 and os.stat(bare).st_mode & 0o777 == 0o710 and not [n for n in os.listdir(box) if n.startswith("bare.")],
      "an empty folder is filled, and nothing kept")
code, said, error = run("restore", backup, "--force")
check(code == 0 and os.path.exists(os.path.join(daemon.state, "journal.db")), f"without --to it is the state folder {error}")
os.remove(daemon.ctl_file)
daemon.process = None
daemon.config["journal"] = {"path": os.path.join(box, "other.db")}
daemon.write_config()
code, _, said = run("restore", backup)
check(code == 2 and "--to" in said, "whose journal must be in it")
del daemon.config["journal"]
daemon.write_config()

# ---- damage ----------------------------------------------------------------------------------------------------------

new = os.path.join(box, "new")
for name in files(backup):
    copy = os.path.join(box, "copy")
    shutil.copytree(backup, copy, symlinks=True)
    path = os.path.join(copy, name)
    size = os.path.getsize(path)
    for at in {0, size // 2, size - 1}:
        with open(path, "r+b") as file:
            file.seek(at)
            byte = file.read(1)
            file.seek(at)
            file.write(bytes([byte[0] ^ 0x40]))
        code, _, said = run("restore", copy, "--to", new)
        if code != 1 or name not in said or os.path.exists(new):
            break
        with open(path, "r+b") as file:
            file.seek(at)
            file.write(byte)
    else:
        at = None
    check(at is None, f"a flipped byte in {name} is found, named, and nothing is restored {code} {said.strip() if at is not None else ''}")
    os.truncate(path, size - 1)
    check(run("restore", copy, "--to", new)[0] == 1, f"so is a byte less in {name}")
    os.remove(path)
    code, _, said = run("restore", copy, "--to", new)
    check(code in (1, 2) and name in said and not os.path.exists(new), f"or {name} missing")
    shutil.rmtree(copy)
check(left_behind() == [], "nothing half is left of any of them")


def forged(change):
    """A backup whose manifest was rewritten with its sum: what hashes cannot tell."""
    copy = os.path.join(box, "copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(backup, copy, symlinks=True)
    value = json.loads(json.dumps(manifest))
    change(value)
    with open(os.path.join(copy, "manifest.json"), "w") as out:
        json.dump(value, out)
    with open(os.path.join(copy, "manifest.b2sum"), "w") as out:
        subprocess.run(["b2sum", "-l", "256", "manifest.json"], cwd=copy, stdout=out, check=True)
    return copy


secret = os.path.join(box, "secret")
with open(secret, "w") as out:
    out.write("s")
for what, change in [("another head", lambda m: m.update(audit_head="0" * 64)), ("another event", lambda m: m.update(sequence=3)),
                     ("a later format", lambda m: m.update(format=2)), ("no parts", lambda m: m.update(parts=[])),
                     ("a way out", lambda m: m["parts"][1].update(path="packs/../../x")),
                     ("a way up", lambda m: m["parts"][1].update(path="/etc/x")),
                     ("a hidden name", lambda m: m["parts"][1].update(path="lists/.x")),
                     ("another folder", lambda m: m["parts"][1].update(path="else/x")),
                     ("a link out", lambda m: m["links"][0].update(to="../../x")),
                     ("a link of another name", lambda m: m["links"][0].update(path="../x")),
                     ("a part twice", lambda m: m["parts"].append(m["parts"][1]))]:
    code, _, said = run("restore", forged(change), "--to", new)
    check(code == 1 and said and not os.path.exists(new), f"a manifest with {what} is refused {said.strip()}")
linked = forged(lambda m: None)
one = os.path.join(linked, manifest["parts"][1]["path"])
os.remove(one)
os.symlink(secret, one)
check(run("restore", linked, "--to", new)[0] == 1 and not os.path.exists(new), "a part that is a link is no part")
check(run("restore", forged(lambda m: m.update(made="2026-01-01T00:00:00Z")), "--to", new)[0] == 0, "an honest one is not")
check(run("restore", os.path.join(box, "nothing"), "--to", os.path.join(box, "n2"))[0] == 2, "what is not there is no backup")
check(run("restore", backup, "--to", daemon.file)[0] == 2, "and a file no folder")

# ---- an older pathwayd's ---------------------------------------------------------------------------------------------

def of_version(version, sql):
    copy = forged(lambda m: None)
    path = os.path.join(copy, "journal.db")
    with sqlite3.connect(path) as database:
        database.executescript(f"{sql} PRAGMA user_version = {version};")
    database.close()
    sum_ = subprocess.run(["b2sum", "-l", "256", path], capture_output=True, text=True).stdout.split()[0]
    size = os.path.getsize(path)
    shutil.copy(path, os.path.join(box, "versioned.db"))
    copy = forged(lambda m: (m["parts"][0].update(blake2b=sum_, bytes=size), m.update(schema=version)))
    shutil.move(os.path.join(box, "versioned.db"), os.path.join(copy, "journal.db"))
    return copy


# Undoes the newest step of the schema.
older = of_version(manifest["schema"] - 1, "DROP INDEX case_urgent;")
code, _, said = run("restore", older, "--to", os.path.join(box, "n4"))
check(code == 0, f"a journal of an older pathwayd is brought up to date {said}")
found = daemon.json("audit", "verify", "--journal", os.path.join(box, "n4", "journal.db"))
check(found["intact"] and found["records"] == made["audit_records"] + 1, "which its chain records")
code, _, said = run("restore", of_version(99, ""), "--to", os.path.join(box, "n5"))
check(code == 1 and "newer" in said and not os.path.exists(os.path.join(box, "n5")), f"one of a newer pathwayd is not touched {said}")
check(run("restore", os.path.join(box, "empty"), "--to", os.path.join(box, "n3"))[0] == 0, "a journal without events is restored")

# ---- no space --------------------------------------------------------------------------------------------------------

if SMALL_DISKS:
    disk = os.path.join(box, "disk")
    os.mkdir(disk)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], check=True)
    code, _, said = run("backup", "-o", os.path.join(disk, "b"))
    check(code == 1 and "no room" in said and os.listdir(disk) == [], f"a disk that is too small is found so beforehand {said}")
    code, _, said = run("restore", backup, "--to", os.path.join(disk, "n"))
    check(code == 1 and "no room" in said and os.listdir(disk) == [], f"to restore as well {said}")
    size = sum(os.path.getsize(os.path.join(backup, name)) for name in files(backup))
    subprocess.run(["mount", "-o", f"remount,size={size + (8 << 20)}", disk], check=True)
    with open(os.path.join(disk, "hole"), "wb") as out:
        out.truncate(1 << 30)  # a file that grows while the backup is made
        filler = threading.Event()

        def fill():
            at = 0
            while not filler.is_set():
                try:
                    os.pwrite(out.fileno(), b"x" * (1 << 18), at)
                    at += 1 << 18
                except OSError:
                    time.sleep(0.001)

        thread = threading.Thread(target=fill)
        thread.start()
        codes = [run("backup", "-o", os.path.join(disk, "b"))[0], run("restore", backup, "--to", os.path.join(disk, "n"))[0]]
        filler.set()
        thread.join()
    check(codes == [1, 1] and os.listdir(disk) == ["hole"], f"one that fills up meanwhile leaves nothing half {codes} {os.listdir(disk)}")
    os.remove(os.path.join(disk, "hole"))
    check(run("backup", "-o", os.path.join(disk, "b"))[0] == 0, "with room again it is made")
    code, _, said = run("restore", backup, "--to", disk, "--force")
    check(code == 1 and "mounted" in said and os.path.isdir(os.path.join(disk, "b")), f"a mounted disk is not exchanged {said}")
    subprocess.run(["umount", disk], check=True)
else:
    skip("no space", "mounting a tmpfs needs root and a mount namespace")

# ---- other people's --------------------------------------------------------------------------------------------------

if os.geteuid() == 0:
    STRANGER, OWNER = 4711, 4712
    others = Others()
    os.chmod(box, 0o755)
    mine = others.folder("mine")
    os.chown(mine, STRANGER, STRANGER)
    ran = others.run(STRANGER, daemon, "backup", "-o", os.path.join(mine, "b"))
    check(ran.returncode == 1 and "Root may" in ran.stderr and os.listdir(mine) == [], f"a stranger may not {ran.stderr}")
    ran = others.run(STRANGER, daemon, "restore", backup, "--to", os.path.join(mine, "n"))
    check(ran.returncode in (1, 2) and os.listdir(mine) == [], f"nor restore from what he may not read {ran.stderr}")
    owned = os.path.join(box, "owned")
    os.mkdir(owned, 0o750)
    os.chown(owned, OWNER, OWNER)
    check(run("restore", backup, "--to", owned)[0] == 0, "root restores for another account")
    every = [os.lstat(os.path.join(path, name)) for path, folders, names in os.walk(owned) for name in names + folders + ["."]]
    check(all(found.st_uid == OWNER and found.st_gid == OWNER for found in every), "and all of it is that account's")
    check(any(os.path.basename(n) == "journal.db.lock" for n in files(owned)), "the lock as well")
    open_one = others.folder("backup")
    shutil.copytree(backup, open_one, symlinks=True, dirs_exist_ok=True)
    subprocess.run(["chmod", "-R", "a+rX", open_one], check=True)
    ran = others.run(STRANGER, daemon, "restore", open_one, "--to", owned, "--force")
    check(ran.returncode == 1 and os.stat(owned).st_uid == OWNER, f"a stranger does not restore over it {ran.stderr}")
    check(subprocess.run([others.program, "audit", "verify", "--journal", os.path.join(owned, "journal.db")]).returncode == 0,
          "which stays as it was")
else:
    skip("other people's folders", "only root can be others")
check(left_behind() == [], "nothing is left half made")
finish()
