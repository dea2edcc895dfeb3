//! Bars, as SVG that can be read on light and on dark pages.

use super::list::works;
use super::report::way;
use super::results::{Metric, Results, Row};
use super::work::Work;
use std::fmt::Write as _;

/// The file of the plot for the front page.
pub(crate) const SUMMARY: &str = "summary.svg";

const WIDTH: f64 = 820.0;
/// Where bars begin, and where the longest ends.
const LEFT: f64 = 290.0;
const RIGHT: f64 = 710.0;
const BAR: f64 = 14.0;
const STEP: f64 = 20.0;
const TITLE: f64 = 26.0;
const GAP: f64 = 16.0;

/// Factors from which on lengths are logarithms.
const WIDE: f64 = 30.0;

/// What the plot for the front page shows, of each program its best way.
const SUMMARIZED: &[&str] =
    &["routes3", "links8", "links-all", "build", "live-routes", "add-last", "compile-all", "size"];

const STYLE: &str = "\
text{font:12px system-ui,sans-serif;fill:#24292f}.t{font-weight:600;font-size:13px}.v,.u{fill:#57606a}\
.ours{fill:#0969da}.c{fill:#8c959f}.peer{fill:#d4a72c}.g{stroke:#d0d7de}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.v,.u{fill:#9198a1}.ours{fill:#4493f8}.c{fill:#6e7681}\
.peer{fill:#bb8009}.g{stroke:#30363d}}";

struct Bar {
    label: String,
    class: &'static str,
    value: f64,
}

/// Bars of the same kind, one below the other.
struct Panel {
    title: String,
    metric: Metric,
    bars: Vec<Bar>,
}

/// All plots, by the names of their files.
pub(crate) fn plots(results: &Results) -> Vec<(String, String)> {
    let panels = works().filter_map(|work| Some((work, panel(work, results)?)));
    let mut plots: Vec<(String, String)> = panels.map(|(work, panel)| (file(work), svg(&[panel]))).collect();
    let works = SUMMARIZED.iter().filter_map(|name| works().find(|work| work.name == *name));
    let best: Vec<Panel> = works.filter_map(|work| panel(work, results)).map(best).collect();
    if !best.is_empty() {
        plots.push((SUMMARY.to_owned(), svg(&best)));
    }
    plots
}

/// The file of a work's plot.
pub(crate) fn file(work: &Work) -> String {
    format!("{}.svg", work.name)
}

/// What there is of some work; `None` when there is nothing to compare.
fn panel(work: &Work, results: &Results) -> Option<Panel> {
    let first = *work.columns.first()?;
    // Under load, what it does not change; if there is nothing of the kind, nothing.
    let metric = match results.loaded(work.part) && first.needs_quiet() {
        true => Metric::Instructions,
        false => first,
    };
    let rows = results.rows.iter().filter(|row| row.work == work.name);
    let bars: Vec<Bar> = rows.filter_map(|row| bar(work, row, metric)).collect();
    let unit = if metric == Metric::Instructions { ": instructions for each message" } else { "" };
    (bars.len() > 1).then(|| Panel { title: format!("{}{unit}", work.title), metric, bars })
}

fn bar(work: &Work, row: &Row, metric: Metric) -> Option<Bar> {
    let class = match row.program.as_str() {
        "ours" => "ours",
        "C" => "c",
        _ => "peer",
    };
    let way = way(work, row).replace('`', "");
    let colon = if way.is_empty() { "" } else { ": " };
    Some(Bar { label: format!("{}{colon}{way}", row.program), class, value: row.value(metric)? })
}

/// Of each program the shortest bar.
fn best(mut panel: Panel) -> Panel {
    let program = |bar: &Bar| bar.label.split(':').next().unwrap_or_default().to_owned();
    let mut kept: Vec<Bar> = Vec::new();
    for bar in panel.bars {
        match kept.iter_mut().find(|other| program(other) == program(&bar)) {
            Some(other) if other.value <= bar.value => {}
            Some(other) => *other = bar,
            None => kept.push(bar),
        }
    }
    panel.bars = kept;
    panel
}

/// How long bars are.
struct Scale {
    least: f64,
    most: f64,
    logarithmic: bool,
}

impl Scale {
    fn of(bars: &[Bar]) -> Self {
        let values = || bars.iter().map(|bar| bar.value).filter(|value| *value > 0.0);
        let (least, most) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
        let logarithmic = most / least > WIDE;
        // From the power of ten below, so that the shortest has a length, too.
        let least = if logarithmic { 10_f64.powf((least * 0.8).log10().floor()) } else { 0.0 };
        Scale { least, most, logarithmic }
    }

    fn x(&self, value: f64) -> f64 {
        let part = match self.logarithmic {
            true => (value.max(self.least) / self.least).log10() / (self.most / self.least).log10(),
            false => value / self.most,
        };
        LEFT + (RIGHT - LEFT) * part
    }

    /// Where lines go: powers of ten.
    fn lines(&self) -> Vec<f64> {
        if !self.logarithmic {
            return Vec::new();
        }
        std::iter::successors(Some(self.least), |at| Some(at * 10.0))
            .take_while(|at| *at <= self.most)
            .collect()
    }
}

fn svg(panels: &[Panel]) -> String {
    let mut body = String::new();
    let mut y = GAP / 2.0;
    for panel in panels {
        let scale = Scale::of(&panel.bars);
        let kind = if scale.logarithmic { " (logarithmic)" } else { "" };
        let _ =
            writeln!(body, r#"<text class="t" x="8" y="{}">{}{kind}</text>"#, y + 14.0, escape(&panel.title));
        y += TITLE;
        let bottom = y + STEP * panel.bars.len() as f64;
        for at in scale.lines() {
            let x = scale.x(at);
            let _ = writeln!(body, r#"<path class="g" d="M{x:.1} {y}V{bottom}"/>"#);
            let shown = escape(&panel.metric.show(at).replacen(".00", "", 1).replacen(".0", "", 1));
            let _ = writeln!(
                body,
                r#"<text class="u" x="{x:.1}" y="{}" text-anchor="middle" font-size="10">{shown}</text>"#,
                bottom + 10.0
            );
        }
        for bar in &panel.bars {
            let (width, text) = ((scale.x(bar.value) - LEFT).max(1.0), y + 11.0);
            let _ = writeln!(
                body,
                r#"<text x="{}" y="{text}" text-anchor="end">{}</text>"#,
                LEFT - 8.0,
                escape(&bar.label)
            );
            let _ = writeln!(
                body,
                r#"<rect class="{}" x="{LEFT}" y="{y}" width="{width:.1}" height="{BAR}" rx="2"/>"#,
                bar.class
            );
            let shown = escape(&panel.metric.show(bar.value));
            let _ =
                writeln!(body, r#"<text class="v" x="{:.1}" y="{text}">{shown}</text>"#, LEFT + width + 6.0);
            y += STEP;
        }
        y += GAP + if scale.logarithmic { 8.0 } else { 0.0 };
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y}\" width=\"{WIDTH}\" height=\"{y}\">\n\
         <style>{STYLE}</style>\n{body}</svg>\n"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(values: &[f64]) -> Vec<Bar> {
        values
            .iter()
            .map(|value| Bar { label: "a <b> & \"c\"".to_owned(), class: "peer", value: *value })
            .collect()
    }

    #[test]
    fn lengths() {
        let linear = Scale::of(&bars(&[5.0, 10.0]));
        assert!(!linear.logarithmic);
        assert_eq!((linear.x(0.0), linear.x(5.0), linear.x(10.0)), (LEFT, (LEFT + RIGHT) / 2.0, RIGHT));
        let wide = Scale::of(&bars(&[7.0, 700.0]));
        assert!(wide.logarithmic);
        assert_eq!(wide.lines(), [1.0, 10.0, 100.0]);
        assert_eq!((wide.x(1.0), wide.x(700.0)), (LEFT, RIGHT));
        assert!(wide.x(7.0) > LEFT);
    }

    #[test]
    fn text_is_escaped() {
        let panel = Panel { title: "x < y".to_owned(), metric: Metric::Time, bars: bars(&[1.0, 2.0]) };
        let svg = svg(&[panel]);
        assert!(svg.contains("a &lt;b&gt; &amp; &quot;c&quot;") && svg.contains("x &lt; y"));
        assert_eq!(svg.matches("<rect").count(), 2);
    }

    #[test]
    fn the_best_of_each_program() {
        let bar = |label: &str, value| Bar { label: label.to_owned(), class: "peer", value };
        let bars = vec![bar("ours: view", 3.0), bar("ours: projection", 2.0), bar("C", 1.0)];
        let panel = best(Panel { title: String::new(), metric: Metric::Time, bars });
        let labels: Vec<&str> = panel.bars.iter().map(|bar| bar.label.as_str()).collect();
        assert_eq!(labels, ["ours: projection", "C"]);
    }
}
