//! What was measured, as pictures.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use inferno::collapse::Collapse as _;
use inferno::collapse::perf::{Folder, Options as FoldOptions};
use inferno::flamegraph;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use serde_json::{Map, Value};

/// Colours that people who see few of them can tell apart (Okabe and Ito).
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(90, 90, 90),
];

const FONT: (&str, u32) = ("sans-serif", 16);

/// One line of a picture.
struct Series {
    name: String,
    points: Vec<(f64, f64)>,
}

/// The word that our process is started with that draws.
pub(crate) const DRAWS: &str = "draw";

/// Draws every part of that book into that directory, and what perf has seen, where there is a third word.
pub(crate) fn draw(mut words: impl Iterator<Item = String>) {
    let book = fs::read_to_string(words.next().unwrap()).unwrap();
    let book: Map<String, Value> = serde_json::from_str(&book).unwrap();
    let directory = PathBuf::from(words.next().unwrap());
    let directory = directory.as_path();
    fs::create_dir_all(directory).unwrap();
    if let Some(part) = book.get("commits") {
        commits(part, &directory.join("commits.svg"));
    }
    if let Some(part) = book.get("flows") {
        flows(part, &directory.join("flows.svg"));
    }
    if let Some(profile) = words.next() {
        flames(&profile, &directory.join("flames.svg"));
    }
    if let Some(part) = book.get("growth") {
        growth(part, &directory.join("growth.svg"));
    }
}

/// What the server spends its time with, as widths.
fn flames(profile: &str, file: &Path) {
    let mut perf = Command::new("perf");
    perf.args(["script", "--input"]).arg(profile);
    let stacks = perf.output().unwrap().stdout;
    let mut folded = Vec::new();
    let mut folder = Folder::from(FoldOptions::default());
    folder.collapse(stacks.as_slice(), &mut folded).unwrap();
    let mut options = flamegraph::Options::default();
    "kyc-server over redb: whole flows".clone_into(&mut options.title);
    options.min_width = 0.2;
    let lines = str::from_utf8(&folded).unwrap().lines();
    flamegraph::from_lines(&mut options, lines, fs::File::create(file).unwrap()).unwrap();
}

fn commits(part: &Value, file: &Path) {
    let mut all = Vec::new();
    for (name, measures) in part["medians"].as_object().unwrap() {
        let of = |what: &str| measures[what].as_f64();
        let (Some(alone), Some(some), Some(many)) =
            (of("p50"), of("per second, 16"), of("per second, 64"))
        else {
            continue;
        };
        all.push(Series {
            name: name.clone(),
            points: vec![(1.0, 1e6 / alone), (16.0, some), (64.0, many)],
        });
    }
    let root = SVGBackend::new(file, (880, 460)).into_drawing_area();
    root.fill(&WHITE).unwrap();
    chart(&root, "Durable commits a second", "tasks at once", &all);
    root.present().unwrap();
}

fn flows(part: &Value, file: &Path) {
    let root = SVGBackend::new(file, (880, 360)).into_drawing_area();
    root.fill(&WHITE).unwrap();
    let all = part["medians"].as_object().unwrap();
    let bars = |what: &str| -> Vec<(String, f64)> {
        let of = all.iter();
        of.map(|(name, measures)| (name.clone(), measures[what].as_f64().unwrap_or_default()))
            .collect()
    };
    let (left, right) = root.split_horizontally(440);
    barred(&left, "Whole flows a second", &bars("flows per second"));
    let milliseconds: Vec<_> = bars("event p99")
        .into_iter()
        .map(|(name, micros)| (name, micros / 1000.0))
        .collect();
    barred(&right, "p99 of an event, ms", &milliseconds);
    root.present().unwrap();
}

fn growth(part: &Value, file: &Path) {
    let stores = part["stores"].as_object().unwrap();
    let rows = stores.len().div_ceil(2);
    let root =
        SVGBackend::new(file, (1160, 400 * u32::try_from(rows).unwrap())).into_drawing_area();
    root.fill(&WHITE).unwrap();
    for ((store, sizes), area) in stores.iter().zip(root.split_evenly((rows, 2))) {
        let sizes = sizes.as_object().unwrap();
        let mut all = Vec::new();
        let first = sizes.values().next().and_then(Value::as_object);
        for what in first.unwrap().keys() {
            if what.starts_with("reopen") || what.starts_with("bytes") {
                continue;
            }
            let point = |(size, measures): (&String, &Value)| {
                (size.parse().unwrap(), measures[what].as_f64().unwrap())
            };
            let mut points: Vec<(f64, f64)> = sizes.iter().map(point).collect();
            points.sort_by(|one, other| one.0.total_cmp(&other.0));
            all.push(Series {
                name: what.clone(),
                points,
            });
        }
        chart(&area, &format!("{store}: µs, p50"), "sessions", &all);
    }
    root.present().unwrap();
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// Lines over two axes that both grow by factors.
fn chart(area: &Area<'_>, title: &str, along: &str, all: &[Series]) {
    let points = || all.iter().flat_map(|series| &series.points);
    let range = |of: fn(&(f64, f64)) -> f64, below: f64, above: f64| {
        let low = points().map(of).fold(f64::INFINITY, f64::min);
        let high = points().map(of).fold(0.0, f64::max);
        low / below..high * above
    };
    let mut chart = ChartBuilder::on(area)
        .caption(title, FONT)
        .margin(12)
        .x_label_area_size(38)
        .y_label_area_size(64)
        .build_cartesian_2d(
            range(|point| point.0, 1.2, 1.2).log_scale(),
            // The names have their place above the lines.
            range(|point| point.1, 1.3, 12.0).log_scale(),
        )
        .unwrap();
    chart
        .configure_mesh()
        .x_desc(along)
        .light_line_style(WHITE)
        .label_style(("sans-serif", 13))
        .x_labels(3)
        .y_labels(4)
        .x_label_formatter(&|value| format!("{value:.0}"))
        .y_label_formatter(&|value| format!("{value:.0}"))
        .draw()
        .unwrap();
    for (series, colour) in all.iter().zip(COLOURS.iter().cycle()) {
        chart
            .draw_series(
                LineSeries::new(series.points.iter().copied(), colour.stroke_width(2))
                    .point_size(3),
            )
            .unwrap()
            .label(&series.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .label_font(("sans-serif", 12))
        .background_style(WHITE.mix(0.8))
        .draw()
        .unwrap();
}

/// A bar for each name.
fn barred(area: &Area<'_>, title: &str, bars: &[(String, f64)]) {
    let most = bars.iter().map(|bar| bar.1).fold(0.0, f64::max) * 1.15;
    let mut chart: ChartContext<'_, _, Cartesian2d<RangedCoordf64, RangedCoordf64>> =
        ChartBuilder::on(area)
            .caption(title, FONT)
            .margin(12)
            .x_label_area_size(30)
            .y_label_area_size(56)
            .build_cartesian_2d(-0.5..bars.len() as f64 - 0.5, 0.0..most)
            .unwrap();
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(WHITE)
        .x_labels(bars.len())
        .label_style(("sans-serif", 13))
        .x_label_formatter(&|place| {
            let place = place.round().max(0.0) as usize;
            bars.get(place).map(|bar| bar.0.clone()).unwrap_or_default()
        })
        .draw()
        .unwrap();
    for (place, ((_, size), colour)) in bars.iter().zip(COLOURS).enumerate() {
        let middle = place as f64;
        let bar = Rectangle::new(
            [(middle - 0.3, 0.0), (middle + 0.3, *size)],
            colour.filled(),
        );
        chart.draw_series([bar]).unwrap();
    }
}
