// SPDX-License-Identifier: MIT
// Checks that a wheel works in Pyodide, which is CPython in a browser. Prints a line for each check.
//
//     npm install --prefix FOLDER pyodide
//     node tests/pyodide/smoke.mjs FOLDER dist/runstep-*.whl

import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const CHECKS = `
import contextlib, io, json, os, sys
from pathlib import Path

import runstep
from runstep.cli import main
from runstep.streaming import RunStepStream

sys.argv[0] = "runstep"
failures = 0


def expect(name, found, expected):
    """Compare a result, and print whether it is as expected."""
    global failures
    print(f"{'ok' if found == expected else 'FAILED'}: {name}")
    if found != expected:
        failures += 1
        print(f"  expected {expected!r}\\n  found    {found!r}")


def run(*arguments):
    """Run the command line, and return the exit code, standard output and standard error."""
    with contextlib.redirect_stdout(io.StringIO()) as output, contextlib.redirect_stderr(io.StringIO()) as errors:
        code = main(arguments)
    return code, output.getvalue(), errors.getvalue()


expect("version", runstep.__version__, version)

page = runstep.RunStepPage.from_json(page_text)
step = page.data[0]
expect("round trip of a page", json.loads(page.to_json()), json.loads(page_text))
expect("round trip of a step", runstep.RunStep.from_json(step.to_json()), step)
expect("hash", hash(runstep.RunStep.from_json(step.to_json())), hash(step))

try:
    runstep.RunStep.from_dict({**step.to_dict(), "id": None, "created_at": "now"})
except runstep.ValidationError as error:
    message = str(error)
expect("error message", message, "id: expected a string, got null (and 1 more)")

created = {**step.to_dict(), "id": "step_1", "type": "tool_calls"}
created["step_details"] = {"type": "tool_calls", "tool_calls": []}
stream, events = RunStepStream(), []
calls = [{"index": 0, "id": "call_1", "type": "code_interpreter", "code_interpreter": {"input": "1 ", "outputs": []}}]
calls += [{"index": 0, "type": "code_interpreter", "code_interpreter": {"input": "+ 1"}}]
deltas = [{"step_details": {"type": "tool_calls", "tool_calls": [call]}} for call in calls]
text = f"event: thread.run.step.created\\ndata: {json.dumps(created)}\\n\\n"
for delta in deltas:
    data = {"id": "step_1", "object": "thread.run.step.delta", "delta": delta}
    text += f"event: thread.run.step.delta\\ndata: {json.dumps(data)}\\n\\n"
for start in range(0, len(text), 100):
    events += stream.feed(text[start : start + 100].encode())
names = ["thread.run.step.created", "thread.run.step.delta", "thread.run.step.delta"]
expect("events", [event.event for event in events], names)
expect("accumulated step", stream.steps["step_1"].tool_calls[0].code_interpreter.input, "1 + 1")

Path("page.json").write_text(page_text)
Path("damaged.jsonl").write_text(step.to_json() + "\\n{\\n")
code, output, errors = run("check", "page.json")
expect("check", (code, output.partition("\\n")[0], errors), (0, "2 run steps in 1 file", ""))
expect("check --quiet", run("check", "--quiet", "damaged.jsonl"), (1, "damaged.jsonl:2: invalid JSON (column 2)\\n", ""))

# Workers would be started for two batches of this size, and two CPUs.
Path("large.json").write_text(page_text + " " * (1 << 24))
os.cpu_count = lambda: 2
code, output, errors = run("check", "--jobs", "2", "large.json", "large.json")
expect("check --jobs 2", (code, output), run("check", "large.json", "large.json")[:2])
start, _, rest = errors.partition(": This ")
expect("warning", start, "runstep: warning: cannot start worker processes")
expect("end of the warning", rest.partition("; ")[2], "checking in one process\\n")

failures
`;

const [folder, wheel] = process.argv.slice(2);
if (wheel === undefined) {
  console.error("usage: node smoke.mjs FOLDER WHEEL");
  process.exit(2);
}
const { loadPyodide } = await import(pathToFileURL(resolve(folder, "node_modules/pyodide/pyodide.mjs")));
const pyodide = await loadPyodide();
pyodide.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel");
pyodide.globals.set("version", basename(wheel).split("-")[1]);
pyodide.globals.set("page_text", readFileSync(new URL("../data/archives/page.json", import.meta.url), "utf8"));
console.log(`Pyodide ${pyodide.version}, Python ${pyodide.runPython("import sys; sys.version.split()[0]")}`);
try {
  process.exitCode = pyodide.runPython(CHECKS) ? 1 : 0;
} catch (error) {
  console.error(error.message); // without the source of Pyodide, which is one long line
  process.exitCode = 1;
}
