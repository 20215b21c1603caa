//! The Rust library behind krcf (the AWS forest), without Python between. Speaks the protocol of driver.py.

use rcflib::rcf::{RCFBuilder, RCFOptionsBuilder, RCF};
use rcflib::trcf::basictrcf::{BasicTRCF, BasicTRCFBuilder, TRCFOptionsBuilder};
use rcflib::trcf::types::TransformMethod;
use std::collections::HashMap;
use std::io::BufRead;

struct Job(HashMap<String, String>);

impl Job {
    fn parse() -> Job {
        let pairs = std::env::args().skip(1).map(|word| {
            let (key, value) = word.split_once('=').expect("arguments are key=value");
            (key.to_string(), value.to_string())
        });
        Job(pairs.collect())
    }

    fn text(&self, key: &str) -> &str {
        self.0.get(key).unwrap_or_else(|| panic!("argument {key} is missing"))
    }

    fn number(&self, key: &str) -> usize {
        self.text(key).parse().unwrap_or_else(|_| panic!("argument {key} is no number"))
    }

    fn rows(&self) -> Vec<f32> {
        let bytes = std::fs::read(self.text("data")).expect("the data file is readable");
        bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
    }
}

enum Model {
    Forest(Box<dyn RCF + Sync + Send>),
    Thresholded(Box<BasicTRCF>, u64),
}

impl Model {
    fn new(job: &Job, index: usize) -> Model {
        let seed = (job.number("seed") + index) as u64;
        match job.text("detector") {
            "thresholded" => Model::Thresholded(Box::new(thresholded(job, seed)), 0),
            _ => Model::Forest(forest(job, seed)),
        }
    }

    /// Score, then learn.
    fn process(&mut self, row: &[f32]) -> f64 {
        match self {
            Model::Forest(forest) => {
                let point = forest.shingled_point(row).expect("a finite row");
                let score = forest.score(&point).expect("a whole point");
                forest.update(row, 0).expect("a finite row");
                score
            }
            Model::Thresholded(detector, time) => {
                *time += 60_000;
                detector.process(row, *time).expect("a finite row").score as f64
            }
        }
    }
}

fn forest(job: &Job, seed: u64) -> Box<dyn RCF + Sync + Send> {
    RCFBuilder::new(job.number("input_dimensions"), job.number("shingle_size"))
        .tree_capacity(job.number("samples"))
        .number_of_trees(job.number("trees"))
        .random_seed(seed)
        .build_default()
        .expect("valid settings")
}

fn thresholded(job: &Job, seed: u64) -> BasicTRCF {
    let decay = 0.1 / job.number("samples") as f64;
    BasicTRCFBuilder::new(job.number("input_dimensions"), job.number("shingle_size"))
        .tree_capacity(job.number("samples"))
        .number_of_trees(job.number("trees"))
        .random_seed(seed)
        .transform_method(TransformMethod::NORMALIZE)
        .transform_decay(decay)
        .build()
        .expect("valid settings")
}

fn cpu_seconds() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

fn resident_bytes() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages = statm.split_whitespace().nth(1).expect("a second field");
    pages.parse::<f64>().expect("a number") * 4096.0
}

/// Models warmed one after the other, each by its own rows.
fn warm_up(job: &Job, rows: &[f32], count: usize) -> Vec<Model> {
    let dimensions = job.number("input_dimensions");
    let share = job.number("warm_rows") * dimensions;
    let warm = |index: usize| {
        let mut model = Model::new(job, index);
        for row in rows[index * share..(index + 1) * share].chunks_exact(dimensions) {
            model.process(row);
        }
        model
    };
    (0..count).map(warm).collect()
}

/// Rows [segment_rows, models, input_dimensions]: the models take turns.
fn run(models: &mut [Model], segment: &[f32], dimensions: usize) -> f64 {
    let mut sum = 0.0;
    for step in segment.chunks_exact(models.len() * dimensions) {
        for (model, row) in models.iter_mut().zip(step.chunks_exact(dimensions)) {
            sum += model.process(row);
        }
    }
    sum
}

fn measure_memory(job: &Job) {
    let rows = job.rows();
    let before = resident_bytes();
    let models = warm_up(job, &rows, job.number("models"));
    let each = (resident_bytes() - before) / models.len() as f64;
    println!("{{\"event\": \"memory\", \"bytes_per_model\": {each}, \"state_bytes\": null}}");
}

fn measure_speed(job: &Job) {
    let rows = job.rows();
    let dimensions = job.number("input_dimensions");
    let mut models = warm_up(job, &rows, job.number("models"));
    let start = models.len() * job.number("warm_rows") * dimensions;
    let length = models.len() * job.number("segment_rows") * dimensions;
    println!("{{\"event\": \"ready\", \"version\": \"krcflib 4.0.2\"}}");
    let segments = rows[start..].chunks_exact(length);
    for (segment, line) in segments.zip(std::io::stdin().lock().lines()) {
        assert_eq!(line.expect("a line").trim(), "run");
        let before = cpu_seconds();
        let sum = run(&mut models, segment, dimensions);
        let cpu = cpu_seconds() - before;
        let points = length / dimensions;
        println!(
            "{{\"event\": \"segment\", \"points\": {points}, \"cpu\": {cpu:.9}, \"score_sum\": {sum:.6}}}"
        );
    }
}

fn main() {
    let job = Job::parse();
    match job.text("mode") {
        "memory" => measure_memory(&job),
        _ => measure_speed(&job),
    }
}
