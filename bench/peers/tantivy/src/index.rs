// SPDX-License-Identifier: Apache-2.0
//! Indexing: one thread through SingleSegmentIndexWriter, several through IndexWriter and a merge.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::time::Instant;

use tantivy::schema::{
    Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions, STORED,
};
use tantivy::{Index, IndexWriter, TantivyDocument};

use crate::options::Options;
use crate::{analyzer, cpu_seconds, peak_rss, version, TOKENIZER};

type Error = Box<dyn std::error::Error>;

fn schema_of(options: &Options) -> (Schema, Field, Field) {
    let postings = match options.postings.as_str() {
        "docs" => IndexRecordOption::Basic,
        "freqs" => IndexRecordOption::WithFreqs,
        _ => IndexRecordOption::WithFreqsAndPositions,
    };
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(TOKENIZER)
        .set_index_option(postings)
        .set_fieldnorms(true);
    let mut text = TextOptions::default().set_indexing_options(indexing);
    if options.store {
        text = text.set_stored();
    }
    let mut builder = Schema::builder();
    let id = builder.add_text_field("id", STORED);
    let text = builder.add_text_field("text", text);
    (builder.build(), id, text)
}

fn empty(directory: &str) -> std::io::Result<()> {
    fs::create_dir_all(directory)?;
    for entry in fs::read_dir(directory)? {
        fs::remove_file(entry?.path())?;
    }
    Ok(())
}

/// Hands every line of the TSV to `add`; returns lines and bytes of text.
fn each_line<F>(path: &str, id: Field, text: Field, mut add: F) -> Result<(u64, u64), Error>
where
    F: FnMut(TantivyDocument) -> tantivy::Result<()>,
{
    let (mut docs, mut bytes) = (0, 0);
    let mut tsv = BufReader::with_capacity(1 << 20, fs::File::open(path)?);
    let mut line = Vec::new();
    while tsv.read_until(b'\n', &mut line)? > 0 {
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        let tab = line.iter().position(|&byte| byte == b'\t').ok_or("a line without a tab")?;
        let mut document = TantivyDocument::default();
        document.add_text(id, std::str::from_utf8(&line[..tab])?);
        document.add_text(text, std::str::from_utf8(&line[tab + 1..])?);
        add(document)?;
        docs += 1;
        bytes += (line.len() - tab - 1) as u64;
        line.clear();
    }
    Ok((docs, bytes))
}

fn index_tsv(options: &Options) -> Result<(u64, u64), Error> {
    let (schema, id, text) = schema_of(options);
    if options.threads == 1 {
        let manager = tantivy::tokenizer::TokenizerManager::default();
        manager.register(TOKENIZER, analyzer());
        let directory = tantivy::directory::MmapDirectory::open(&options.directory)?;
        let mut writer = Index::builder()
            .schema(schema)
            .tokenizers(manager)
            .single_segment_index_writer(directory, options.memory * 1_000_000)?;
        let facts = each_line(&options.input, id, text, |document| writer.add_document(document))?;
        writer.finalize()?;
        return Ok(facts);
    }
    let index = Index::create_in_dir(&options.directory, schema)?;
    index.tokenizers().register(TOKENIZER, analyzer());
    let mut writer: IndexWriter =
        index.writer_with_num_threads(options.threads, options.memory * 1_000_000)?;
    writer.set_merge_policy(Box::new(tantivy::merge_policy::NoMergePolicy));
    let facts = each_line(&options.input, id, text, |document| writer.add_document(document).map(|_| ()))?;
    writer.commit()?;
    let segments = index.searchable_segment_ids()?;
    if segments.len() > 1 {
        writer.merge(&segments).wait()?;
    }
    writer.garbage_collect_files().wait()?;
    writer.wait_merging_threads()?;
    Ok(facts)
}

/// Bytes by file ending, as JSON members, and their sum.
fn parts_of(directory: &str) -> Result<(String, u64), Error> {
    let mut parts: BTreeMap<String, u64> = BTreeMap::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            let part = name.rsplit('.').next().unwrap_or("").to_string();
            *parts.entry(part).or_default() += entry.metadata()?.len();
        }
    }
    let members: Vec<String> = parts.iter().map(|(name, n)| format!("\"{name}\":{n}")).collect();
    Ok((members.join(","), parts.values().sum()))
}

pub fn run(options: &Options) -> Result<String, Error> {
    empty(&options.directory)?;
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let (docs, text_bytes) = index_tsv(options)?;
    let (wall, cpu, peak) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu, peak_rss());
    let (parts, index_bytes) = parts_of(&options.directory)?;
    let index = Index::open_in_dir(&options.directory)?;
    let reader = index.reader()?;
    let text = index.schema().get_field("text")?;
    let mut tokens = 0;
    for segment in reader.searcher().segment_readers() {
        tokens += segment.inverted_index(text)?.total_num_tokens();
    }
    Ok(format!(
        "{{\"driver\":\"tantivy\",\"version\":\"{}\",\"command\":\"index\",\"warm\":false,\
         \"docs\":{docs},\"tokens\":{tokens},\"text_bytes\":{text_bytes},\"segments\":{},\
         \"wall\":{wall:.6},\"cpu\":{cpu:.6},\"peak_rss\":{peak},\"index_bytes\":{index_bytes},\
         \"parts\":{{{parts}}}}}",
        version(),
        reader.searcher().segment_readers().len(),
    ))
}
