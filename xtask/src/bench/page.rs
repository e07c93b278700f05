//! The page about what was measured.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

/// What a page may download of us at most, gzip.
const SIZE_TARGET: u64 = 45_000;

/// Puts one part behind the page.
type Writes = fn(&mut String, &Value) -> Result<()>;

/// The newest of every part.
pub(super) fn page(book: &Map<String, Value>) -> Result<String> {
    let mut page = String::from(HEAD);
    let parts: [(&str, Writes); 5] = [
        ("steps", steps),
        ("commits", commits),
        ("flows", flows),
        ("growth", growth),
        ("page", slow),
    ];
    for (name, write) in parts {
        if let Some(part) = book.get(name) {
            write(&mut page, part).with_context(|| name.to_owned())?;
        }
    }
    Ok(page)
}

fn steps(page: &mut String, part: &Value) -> Result<()> {
    page.push_str(STEPS);
    measured(page, part)?;
    page.push_str("\n### Beside the peers\n\n| work | how many times as quick | in the worst and best round | target | |\n|---|---|---|---|---|\n");
    for row in part["rows"].as_array().context("rows")? {
        let ratio = |name: &str| times(row[name].as_f64().unwrap_or_default());
        writeln!(
            page,
            "| {} | **{}** | {} – {} | {} | {} |",
            text(&row["what"]),
            ratio("ratio"),
            ratio("lowest"),
            ratio("highest"),
            ratio("target"),
            if row["met"] == true { "met" } else { "missed" },
        )?;
    }
    page.push_str(
        "\n### How often an event asks for memory\n\n| event | allocations |\n|---|---|\n",
    );
    pairs(page, &part["allocations"])?;
    page.push_str(INSTRUCTIONS);
    pairs(page, &part["instructions"])?;
    page.push_str(
        "\n### What a page downloads\n\n| | bytes | gzip | brotli |\n|---|---|---|---|\n",
    );
    let mut ours = 0;
    for (what, size) in part["sizes"].as_object().context("sizes")? {
        writeln!(
            page,
            "| {what} | {} | {} | {} |",
            size["raw"], size["gzip"], size["brotli"]
        )?;
        if what == "kyc: chart in WebAssembly" || what == "kyc: the whole front" {
            ours += size["gzip"].as_u64().unwrap_or_default();
        }
    }
    writeln!(
        page,
        "\nTogether we are {ours} bytes of gzip; the target of {SIZE_TARGET} is {}.",
        if ours <= SIZE_TARGET { "met" } else { "missed" },
    )?;
    page.push_str("\n### One by one\n\nDecoration: absolute times are those of this machine and this run.\n\n| work | ns |\n|---|---|\n");
    pairs(page, &part["nanoseconds"])
}

fn commits(page: &mut String, part: &Value) -> Result<()> {
    page.push_str(COMMITS);
    measured(page, part)?;
    writeln!(
        page,
        "\nA commit asks the disk to keep {} bytes or more.",
        part["bytes"]
    )?;
    limits(page, part)?;
    page.push_str(
        "\n| | p50, µs | p99, µs | a second, 16 tasks | 64 tasks | p99 of 16 tasks, µs |\n|---|---|---|---|---|---|\n",
    );
    for (name, measures) in part["medians"].as_object().context("medians")? {
        let cell = |what: &str| number(&measures[what]);
        writeln!(
            page,
            "| {name} | {} | {} | {} | {} | {} |",
            cell("p50"),
            cell("p99"),
            cell("per second, 16"),
            cell("per second, 64"),
            cell("p99, 16"),
        )?;
    }
    page.push_str("\npgbench tells its average, not its p50.\n\n![Durable commits a second](performance/commits.svg)\n");
    Ok(())
}

fn flows(page: &mut String, part: &Value) -> Result<()> {
    write!(
        page,
        "\n## Whole flows over HTTP\n\n{} applicants at once, each opened by the company, walked through every event with two images of 320 × 240, \
         reviewed and approved by a person, and told to the company by a signed webhook. Everything is sealed, as it is by default. \
         A bare commit is one of as many tasks that keep sessions in such a sealed store and do nothing else, in the same rounds.\n\n",
        part["at_once"]
    )?;
    measured(page, part)?;
    limits(page, part)?;
    let all = part["medians"].as_object().context("medians")?;
    let measures = all.values().next().and_then(Value::as_object);
    page.push_str("\nMicroseconds, where nothing else is said.\n\n| ");
    for name in all.keys() {
        write!(page, "| {name} ")?;
    }
    page.push_str("|\n|---");
    page.push_str(&"|---".repeat(all.len()));
    page.push_str("|\n");
    for what in measures.context("measures")?.keys() {
        write!(page, "| {what} ")?;
        for measures in all.values() {
            write!(page, "| {} ", number(&measures[what]))?;
        }
        page.push_str("|\n");
    }
    write!(
        page,
        "\n| memory of the server, MB | idle | after the flows | {} open sessions add | {} live streams add |\n|---|---|---|---|---|\n",
        part["sessions"], part["streams"]
    )?;
    for (name, memory) in part["memory"].as_object().context("memory")? {
        let cell = |what: &str| number(&memory[what]);
        writeln!(
            page,
            "| {name} | {} | {} | {} | {} |",
            cell("idle"),
            cell("before"),
            cell("sessions"),
            cell("streams"),
        )?;
    }
    page.push_str("\n![Flows a second and the times of an event](performance/flows.svg)\n\nWhat the server over redb spends its time with: [flame graph](performance/flames.svg), to be opened by itself.\n");
    Ok(())
}

fn growth(page: &mut String, part: &Value) -> Result<()> {
    write!(
        page,
        "\n## How cost grows\n\nStores of every size side by side, asked for the same in turns. A page of the list has {} rows; the far page is page {}.\n\n",
        part["page"], part["far"]
    )?;
    measured(page, part)?;
    limits(page, part)?;
    for (store, sizes) in part["stores"].as_object().context("stores")? {
        let order = part["sizes"].as_array().context("sizes")?;
        write!(page, "\n| {store}: µs, p50 ")?;
        for size in order {
            write!(page, "| {size} ")?;
        }
        page.push_str("|\n|---");
        page.push_str(&"|---".repeat(order.len()));
        page.push_str("|\n");
        let of = |size: &Value| &sizes[&size.to_string()];
        for what in of(order.first().context("a size")?)
            .as_object()
            .context("measures")?
            .keys()
        {
            write!(page, "| {what} ")?;
            for size in order {
                write!(page, "| {} ", number(&of(size)[what]))?;
            }
            page.push_str("|\n");
        }
    }
    page.push_str("\n![Cost by the number of sessions](performance/growth.svg)\n");
    Ok(())
}

fn slow(page: &mut String, part: &Value) -> Result<()> {
    let profile = &part["profile"];
    write!(
        page,
        "\n## The applicant's page on a bad line\n\nChromium as a phone: {} kbit/s, {} ms to the server, a processor {} times slower. Medians of {} visits, in turns. \
         The plain page is a form with file inputs and no script. A button counts when it is drawn, the page has time again, and a press is taken: \
         it is pressed then, with what is behind the first screen still on its way, and both the answer and the next screen are waited for.\n\n",
        profile["kbitPerSecond"], profile["latencyMs"], profile["cpuSlowedTimes"], part["repeats"],
    )?;
    measured(page, part)?;
    limits(page, part)?;
    page.push_str("\n| | kB received by then | requests | first paint, s | first button, s | its press is answered after, s | next screen, s |\n|---|---|---|---|---|---|---|\n");
    let of = |value: &Value| value.as_f64().unwrap_or(f64::NAN) / 1000.0;
    // A form without a script has no answer but the whole form's.
    let pressed = |value: &Value| {
        value
            .as_f64()
            .map(|ms| format!("{:.1}", ms / 1000.0))
            .unwrap_or_default()
    };
    for (name, visit) in [
        ("the applicant's page", &part["page"]),
        ("the applicant's page, a second visit", &part["again"]),
        ("plain file inputs", &part["plain"]),
    ] {
        writeln!(
            page,
            "| {name} | {:.1} | {} | {:.1} | {:.1} | {} | {} |",
            of(&visit["received"]),
            visit["requests"],
            of(&visit["paintMs"]),
            of(&visit["interactiveMs"]),
            pressed(&visit["answeredMs"]),
            pressed(&visit["nextMs"]),
        )?;
    }
    let flow = &part["flow"];
    write!(
        page,
        "\nA whole flow with a passport and a selfie: {:.1} kB sent, {:.1} kB received, {} requests, {:.1} s.\n\n| step | s |\n|---|---|\n",
        of(&flow["sent"]),
        of(&flow["received"]),
        flow["requests"],
        of(&flow["ms"]),
    )?;
    for step in flow["steps"].as_array().context("steps")? {
        writeln!(page, "| {} | {:.1} |", text(&step["step"]), of(&step["ms"]))?;
    }
    Ok(())
}

fn measured(page: &mut String, part: &Value) -> Result<()> {
    let how = &part["how"];
    let rounds = match &part["rounds"] {
        Value::Array(rounds) => format!("{} rounds, ", rounds.len()),
        Value::Number(rounds) => format!("{rounds} rounds, "),
        _ => String::new(),
    };
    // Builds that were needed first are in it.
    let took = match how["seconds"].as_u64() {
        Some(seconds) => format!("{seconds} s, "),
        None => String::new(),
    };
    writeln!(
        page,
        "`{}`: {rounds}{took}commit {}, {}, Node {}, {} cores.",
        text(&how["command"]),
        text(&how["commit"]),
        text(&how["rust"]),
        text(&how["node"]),
        how["cores"],
    )?;
    Ok(())
}

fn limits(page: &mut String, part: &Value) -> Result<()> {
    page.push_str(
        "\n| | measured | in the lowest and highest round | target | |\n|---|---|---|---|---|\n",
    );
    for limit in part["limits"].as_array().context("limits")? {
        let number = |name: &str| {
            limit[name]
                .as_f64()
                .map_or_else(|| "–".into(), |ratio| format!("{ratio:.2}"))
        };
        let target = match &limit["target"] {
            Value::Null => format!("{} |", text(&limit["side"])),
            target => format!(
                "{} {target} | {}",
                text(&limit["side"]),
                if limit["met"] == true {
                    "met"
                } else {
                    "missed"
                }
            ),
        };
        writeln!(
            page,
            "| {} | **{}** | {} | {target} |",
            text(&limit["what"]),
            number("ratio"),
            // What was measured once has no lowest and no highest.
            match limit["lowest"] == limit["highest"] {
                true => String::new(),
                false => format!("{} – {}", number("lowest"), number("highest")),
            },
        )?;
    }
    Ok(())
}

fn pairs(page: &mut String, pairs: &Value) -> Result<()> {
    for (name, value) in pairs.as_object().context("pairs")? {
        writeln!(page, "| {name} | {} |", number(value))?;
    }
    Ok(())
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Without a fraction where there is none.
fn number(value: &Value) -> String {
    match value.as_f64() {
        Some(whole) if whole.fract() == 0.0 => format!("{whole:.0}"),
        Some(number) => number.to_string(),
        None => String::new(),
    }
}

/// `12 ×` or `1/12`, whichever a reader grasps at once.
fn times(ratio: f64) -> String {
    match ratio {
        ratio if ratio >= 10.0 => format!("{ratio:.0} ×"),
        ratio if ratio >= 1.0 => format!("{ratio:.1} ×"),
        ratio => format!("1/{:.1}", 1.0 / ratio),
    }
}

const HEAD: &str = "\
<!-- Generated from runs. Do not edit: `cargo xtask bench --write` writes it. -->
# What it costs

Everybody is measured in the same run, in turns, and what is compared is compared within a round: absolute times are those of a
machine, ratios are the result. Each part says which commit and command it comes from; missed targets stay in the tables.
";

const STEPS: &str = "
## A step

Everybody does the same work: the applicant's walk of the manual review, with its guards. `…-twice` is one event forth and one
back; a *walk* is opened, goes to the end and hands in one photo again: eleven events. *Warm* is an event and the snapshot after
it, *cold* begins with the snapshot before. Beside XState and Ballerine's workflow-core stands a statig machine without anything
that the SDK adds: no reasons, no effects, no Flow, no envelope.

";

const INSTRUCTIONS: &str = "
### How many instructions it takes

Counted by callgrind, so that it does not matter what else the machine does. `cargo xtask test instructions` fails when our own
work takes more than was written down last.

| work | instructions |
|---|---|
";

const COMMITS: &str = "
## A durable commit

A snapshot, its journal entry and one row of the outbox, kept together and synced before the answer. Beside the stores: a file
that is overwritten, one that grows, and the bare engine, each with one record of the same size and one sync; and pgbench, which
sends PostgreSQL the very statement that the store sends. Before redb and sled stands a log of ours, which takes each record twice, with one
sync; the engine gets what is in it by the thousand. Where it takes that more slowly than commits come, they wait for it, and more tasks bring no
more. The bare redb commits in two phases, as ours does then: with one, it takes a damaged page for a write that was cut off.

A task may not wait for a disk, so that a thread does: that it is woken, and wakes whoever asked, is told as what the machine gives
anybody, and so is what pgbench gets out of more clients.

";
