#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plays sessions of the prompt in tmux and compares what stands on the screen.

usage: play.py [--record] BUILD_FOLDER NAME.session...

A session is a file of steps; what it needs is built in a folder of its own, where it is played:

    # a comment
    run COMMAND                in the shell, with BUILD_FOLDER in PATH and the sample in $SAMPLE
    start 80x24 [A=B ...] ARGS `env A=B searcher prompt ARGS` on a terminal of that size
    bold                       from here on screens show what is bold *so*, inverse _so_
    line TEXT                  TEXT and Enter
    type TEXT                  its characters
    key NAME ...               keys as tmux calls them: Enter, Tab, C-c, Up
    resize 40x24
    screen                     then the lines, each behind a |, and `cursor COLUMN,ROW`
    same NAME                  the last screen also stands in the file NAME of the sources
    ended                      the program has ended

A step that shows a screen waits until it is there, however long that takes; a deadline ends a failed
test only. Times are masked. With --record the screens are written as they are found, once nothing
changes any more: read them before they are committed.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

DEADLINE = 60.0  # seconds
STILL = 0.6      # seconds without a change, when recording
TOP = pathlib.Path(__file__).resolve().parents[2]


class Failed(Exception):
    pass


class Terminal:
    """A tmux server of its own, with one window."""

    def __init__(self, folder, build):
        self.folder = folder
        self.environment = {
            "PATH": f"{build}:{os.environ['PATH']}", "HOME": str(folder), "LC_ALL": "C.UTF-8",
            "XDG_STATE_HOME": str(folder / "state"), "LESSHISTFILE": "-", "LESSCHARSET": "utf-8",
            "SAMPLE": str(TOP / "docs/sample/articles"), "TMUX_TMPDIR": str(folder)}
        for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.bold = False

    def tmux(self, *arguments):
        done = subprocess.run(["tmux", "-u", "-f", "/dev/null", "-L", "qiao", *arguments],
                              env=self.environment, cwd=self.folder, capture_output=True)
        return done.returncode, done.stdout.decode("utf-8", "backslashreplace")

    def start(self, size, command):
        columns, rows = size.split("x")
        code, _ = self.tmux("new-session", "-d", "-x", columns, "-y", rows, command)
        if code != 0:
            raise Failed("tmux does not start")

    def resize(self, columns, rows):
        """tmux tells the program late; waits until it has."""
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))
        name = self.tmux("display-message", "-p", "#{pane_tty}")[1].strip()
        fd = os.open(name, os.O_RDONLY | os.O_NOCTTY)
        end = time.monotonic() + DEADLINE
        while os.get_terminal_size(fd) != (columns, rows) and time.monotonic() < end:
            time.sleep(0.01)
        os.close(fd)

    def screen(self):
        """Lines and cursor; None when the program has ended."""
        code, text = self.tmux("display-message", "-p", "#{cursor_x},#{cursor_y}", ";",
                               "capture-pane", "-p", *(["-e"] if self.bold else []))
        if code != 0:
            return None
        cursor, *lines = text.split("\n")
        if self.bold:
            lines = show_bold(lines)
        lines = [masked(line.rstrip()) for line in lines]
        while lines and not lines[-1]:
            lines.pop()
        return lines, cursor

    def stop(self):
        self.tmux("kill-server")


def masked(text):
    """The text without times."""
    return re.sub(r"\d+\.\d ms", "#.# ms", text)


def show_bold(lines):
    """The lines with marks instead of sequences; tmux carries attributes over line ends."""
    open_mark = ""
    shown = []
    for line in lines:
        out = ""
        for part in re.split(r"(\x1b\[[0-9;]*m)", line):
            if not part.startswith("\x1b"):
                out += part
                continue
            codes = part[2:-1].split(";")
            out += open_mark
            open_mark = "*" if "1" in codes else "_" if "7" in codes else ""
            out += open_mark
        shown.append(re.sub(r"(\s*)([*_])$", r"\2\1", out))
    return shown


class Session:
    """The steps of one file; as it is played, the file as it should be is gathered."""

    def __init__(self, path, build, record):
        self.path = path
        self.lines = path.read_text().split("\n")
        self.at = 0
        self.record = record
        self.found = []
        self.last = []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="qiao-prompt-"))
        self.terminal = Terminal(self.folder, build)

    def expected(self):
        """Takes the lines of a screen out of the file."""
        lines, cursor = [], ""
        while self.at < len(self.lines) and self.lines[self.at].startswith("|"):
            lines.append(self.lines[self.at][1:])
            self.at += 1
        if self.at < len(self.lines) and self.lines[self.at].startswith("cursor "):
            cursor = self.lines[self.at].split(" ", 1)[1]
            self.at += 1
        return lines, cursor

    def wait_for(self, wanted):
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            if self.terminal.screen() == wanted:
                return
            time.sleep(0.01)
        there = self.terminal.screen()
        if wanted is None:
            raise Failed("the program does not end; the screen:\n" + "\n".join(there[0]))
        shown = there or (["(the program has ended)"], "")
        raise Failed("\n".join(["expected:", *("|" + l for l in wanted[0]), "cursor " + wanted[1],
                                "found:", *("|" + l for l in shown[0]), "cursor " + shown[1]]))

    def settled(self):
        """The screen, once it has not changed for a while."""
        last, since = None, time.monotonic()
        while time.monotonic() - since < STILL:
            there = self.terminal.screen()
            if there != last:
                last, since = there, time.monotonic()
            time.sleep(0.02)
        return last

    def see(self):
        wanted = self.expected()
        if self.record:
            there = self.settled() or ([], "")
            self.found += ["|" + line for line in there[0]] + ["cursor " + there[1]]
            self.last = there[0]
            return
        self.wait_for(wanted)
        self.last = wanted[0]

    def same(self, name):
        text = masked((TOP / name).read_text())
        block = "\n".join("    " + line if line else "" for line in self.last)
        if block not in text and not self.record:
            raise Failed(f"{name} does not hold this screen, indented by four spaces:\n{block}")

    def run(self, command):
        done = subprocess.run(["sh", "-c", command], env=self.terminal.environment,
                              cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(f"run {command}: {done.stderr}")

    def step(self, line):
        name, _, rest = line.partition(" ")
        terminal = self.terminal
        if name == "run":
            self.run(rest)
        elif name == "start":
            size, _, arguments = rest.partition(" ")
            words = arguments.split(" ")
            settings = [w for w in words if re.match(r"[A-Z_]+=", w)]
            others = [w for w in words if w not in settings]
            terminal.start(size, " ".join(["exec env", *settings, "searcher prompt", *others]))
        elif name == "bold":
            terminal.bold = True
        elif name in ("line", "type"):
            terminal.tmux("send-keys", "-l", "--", rest)
            if name == "line":
                terminal.tmux("send-keys", "Enter")
        elif name == "key":
            terminal.tmux("send-keys", *rest.split(" "))
        elif name == "resize":
            columns, rows = rest.split("x")
            terminal.resize(int(columns), int(rows))
        elif name == "screen":
            self.see()
        elif name == "same":
            self.same(rest)
        elif name == "ended":
            self.wait_for(None)
        elif name and not name.startswith("#"):
            raise Failed(f"no such step: {line}")

    def play(self):
        try:
            while self.at < len(self.lines):
                line = self.lines[self.at]
                self.at += 1
                self.found.append(line)
                try:
                    self.step(line)
                except Failed as failure:
                    raise Failed(f"{self.path.name}:{self.at}: {line}\n{failure}") from None
            if self.record:
                self.path.write_text("\n".join(self.found))
        finally:
            self.terminal.stop()
            shutil.rmtree(self.folder, ignore_errors=True)


def main():
    arguments = sys.argv[1:]
    record = "--record" in arguments
    build, *paths = [a for a in arguments if a != "--record"]
    failed = 0
    for path in paths:
        try:
            Session(pathlib.Path(path), pathlib.Path(build).resolve(), record).play()
        except Failed as failure:
            failed += 1
            print(failure)
    print(f"{len(paths)} sessions, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
