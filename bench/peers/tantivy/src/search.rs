// SPDX-License-Identifier: Apache-2.0
//! Searching: warm-up passes, then timed ones; a query's time is the median of its rounds. Timed:
//! from the words of a query to its top k (or count).

use std::fs;
use std::io::{BufWriter, Write};
use std::time::Instant;

use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, EmptyQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Value};
use tantivy::{DocAddress, Index, Score, Searcher, TantivyDocument, Term};

use crate::options::{Class, Options};
use crate::{analyzer, peak_rss, version, TOKENIZER};

type Error = Box<dyn std::error::Error>;

struct Asking<'a> {
    options: &'a Options,
    searcher: Searcher,
    id: Field,
    text: Field,
    queries: Vec<Vec<String>>,
}

fn words_of(line: &str, class: Class) -> Vec<String> {
    let text = line.rsplit('\t').next().unwrap_or("");
    let mut words = Vec::new();
    analyzer().token_stream(text).process(&mut |token| words.push(token.text.clone()));
    if class == Class::Term {
        words.truncate(1);
    }
    words
}

impl Asking<'_> {
    fn query(&self, words: &[String]) -> Box<dyn Query> {
        let term = |word: &String| Term::from_field_text(self.text, word);
        let one = |word| -> Box<dyn Query> {
            Box::new(TermQuery::new(term(word), IndexRecordOption::WithFreqs))
        };
        match (words.len(), self.options.class) {
            (0, _) => Box::new(EmptyQuery),
            (1, _) => one(&words[0]),
            (_, Class::Phrase) => Box::new(PhraseQuery::new(words.iter().map(term).collect())),
            (_, class) => {
                let occur = if class == Class::And { Occur::Must } else { Occur::Should };
                Box::new(BooleanQuery::new(words.iter().map(|word| (occur, one(word))).collect()))
            }
        }
    }

    fn top(&self, words: &[String]) -> tantivy::Result<Vec<(Score, DocAddress)>> {
        let collector = TopDocs::with_limit(self.options.k).order_by_score();
        self.searcher.search(&self.query(words), &collector)
    }

    fn count(&self, words: &[String]) -> tantivy::Result<usize> {
        self.searcher.search(&self.query(words), &Count)
    }

    fn pass(&self) -> tantivy::Result<Vec<f64>> {
        let mut times = Vec::with_capacity(self.queries.len());
        for words in &self.queries {
            let start = Instant::now();
            let found =
                if self.options.count { self.count(words)? } else { self.top(words)?.len() };
            times.push(start.elapsed().as_secs_f64() * 1e6);
            std::hint::black_box(found);
        }
        Ok(times)
    }

    /// Warm-up, then the rounds. A first pass over the budget is the only round.
    fn rounds(&self) -> tantivy::Result<(Vec<Vec<f64>>, usize)> {
        let start = Instant::now();
        let elapsed = || start.elapsed().as_secs_f64();
        let (mut rounds, mut warm) = (Vec::new(), 0);
        while warm < self.options.warm || elapsed() < self.options.warm_seconds {
            let times = self.pass()?;
            if elapsed() > self.options.budget {
                rounds.push(times);
                break;
            }
            warm += 1;
        }
        while rounds.len() < self.options.rounds
            && (rounds.is_empty() || elapsed() < self.options.budget)
        {
            rounds.push(self.pass()?);
        }
        Ok((rounds, warm))
    }

    fn ids(&self, words: &[String]) -> tantivy::Result<String> {
        let mut ids = Vec::new();
        for (_, address) in self.top(words)? {
            let document: TantivyDocument = self.searcher.doc(address)?;
            let id = document.get_first(self.id).and_then(|value| value.as_str().map(String::from));
            ids.push(id.unwrap_or_default());
        }
        Ok(ids.join(" "))
    }

    /// Untimed: exact counts, their sum and checksum, ids.
    fn check(&self, times: &[f64], path: &str) -> Result<(u64, u32), Error> {
        let mut out = BufWriter::new(fs::File::create(path)?);
        let (mut hits, mut checksum) = (0, 0u32);
        for (words, time) in self.queries.iter().zip(times) {
            let found = self.count(words)?;
            hits += found as u64;
            checksum = checksum.wrapping_mul(31).wrapping_add(found as u32);
            let ids = if self.options.count { String::new() } else { self.ids(words)? };
            writeln!(out, "{time:.3}\t{found}\t{ids}")?;
        }
        out.flush()?;
        Ok((hits, checksum))
    }
}

fn medians(rounds: &[Vec<f64>]) -> Vec<f64> {
    (0..rounds[0].len())
        .map(|i| {
            let mut of: Vec<f64> = rounds.iter().map(|round| round[i]).collect();
            of.sort_by(f64::total_cmp);
            of[(of.len() - 1) / 2]
        })
        .collect()
}

pub fn run(options: &Options) -> Result<String, Error> {
    let index = Index::open_in_dir(&options.directory)?;
    index.tokenizers().register(TOKENIZER, analyzer());
    let lines = fs::read_to_string(&options.input)?;
    let asking = Asking {
        options,
        searcher: index.reader()?.searcher(),
        id: index.schema().get_field("id")?,
        text: index.schema().get_field("text")?,
        queries: lines.lines().map(|line| words_of(line, options.class)).collect(),
    };
    let (rounds, warm) = asking.rounds()?;
    let times = medians(&rounds);
    let mut sorted = times.clone();
    sorted.sort_by(f64::total_cmp);
    let at = |share: usize| sorted.get(sorted.len() * share / 100).copied().unwrap_or(0.0);
    let mut line = format!(
        "{{\"driver\":\"tantivy\",\"version\":\"{}\",\"command\":\"search\",\"queries\":{},\
         \"rounds\":{},\"warm_passes\":{warm},\"mean\":{:.3},\"p50\":{:.3},\"p95\":{:.3},\
         \"p99\":{:.3},\"max\":{:.3},\"peak_rss\":{}",
        version(),
        times.len(),
        rounds.len(),
        times.iter().sum::<f64>() / times.len().max(1) as f64,
        at(50),
        at(95),
        at(99),
        sorted.last().copied().unwrap_or(0.0),
        peak_rss(),
    );
    if let Some(path) = &options.per_query {
        let (hits, checksum) = asking.check(&times, path)?;
        line += &format!(",\"hits\":{hits},\"checksum\":\"{checksum:08x}\"");
    }
    Ok(line + "}")
}
