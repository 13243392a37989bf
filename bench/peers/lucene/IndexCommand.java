// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ForkJoinPool;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.misc.index.BPIndexReorderer;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.Version;

/**
 * Indexes the TSV `--repeat` times in one JVM, each time from nothing: the first run pays for the
 * start of the JVM and for JIT, the last one is the warm one. Then reorders, if asked to.
 */
final class IndexCommand {
    static final String ID = "id";
    static final String TEXT = "text";

    private final Options options;
    private long docs;
    private long textBytes;

    IndexCommand(Options options) {
        this.options = options;
    }

    /** StandardTokenizer, lower case, no stop words. */
    static Analyzer analyzer() {
        return new StandardAnalyzer(CharArraySet.EMPTY_SET);
    }

    Map<String, Object> run() throws Exception {
        double wall = 0;
        double cpu = 0;
        Map<String, Object> result = new LinkedHashMap<>();
        for (int i = 0; i < options.repeat; i++) {
            empty(options.directory);
            System.gc(); // the garbage of the run before is not this run's
            double wallStart = Measure.wall();
            double cpuStart = Measure.cpu();
            indexOnce();
            wall = Measure.wall() - wallStart;
            cpu = Measure.cpu() - cpuStart;
            if (i == 0) {
                result.put("first_wall", Measure.wallSinceStart());
                result.put("first_cpu", Measure.cpu());
            }
        }
        result.put("warm", options.repeat > 1);
        result.put("docs", docs);
        result.put("text_bytes", textBytes);
        result.put("wall", wall);
        result.put("cpu", cpu);
        result.put("peak_rss", Measure.peak());
        if (options.reorder) {
            double start = Measure.wall();
            double cpuStart = Measure.cpu();
            reorder();
            result.put("reorder_wall", Measure.wall() - start);
            result.put("reorder_cpu", Measure.cpu() - cpuStart);
        }
        describe(result);
        result.put("process_cpu", Measure.cpu());
        return result;
    }

    private static void empty(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (var files = Files.list(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.delete(file);
            }
        }
    }

    private IndexWriterConfig config() {
        LogDocMergePolicy merges = new LogDocMergePolicy();
        merges.setMergeFactor(1000); // nothing is merged before forceMerge
        merges.setNoCFSRatio(0);
        IndexWriterConfig config = new IndexWriterConfig(analyzer());
        config.setOpenMode(IndexWriterConfig.OpenMode.CREATE);
        config.setRAMBufferSizeMB(options.memory);
        config.setRAMPerThreadHardLimitMB(2047);
        config.setMaxBufferedDocs(IndexWriterConfig.DISABLE_AUTO_FLUSH);
        config.setUseCompoundFile(false);
        config.setMergePolicy(merges);
        config.setMergeScheduler(new SerialMergeScheduler());
        return config;
    }

    private void indexOnce() throws Exception {
        try (Directory directory = FSDirectory.open(options.directory);
             IndexWriter writer = new IndexWriter(directory, config());
             Tsv tsv = new Tsv(options.input)) {
            Thread[] threads = new Thread[options.threads];
            Exception[] failure = new Exception[1];
            docs = 0;
            for (int i = 1; i < threads.length; i++) {
                threads[i] = new Thread(() -> addDocuments(writer, tsv, failure));
                threads[i].start();
            }
            addDocuments(writer, tsv, failure);
            for (int i = 1; i < threads.length; i++) {
                threads[i].join();
            }
            if (failure[0] != null) {
                throw failure[0];
            }
            textBytes = tsv.textBytes;
            writer.forceMerge(1);
            writer.commit();
        }
    }

    private FieldType textType() {
        FieldType type = new FieldType();
        type.setIndexOptions(switch (options.postings) {
            case "docs" -> IndexOptions.DOCS;
            case "freqs" -> IndexOptions.DOCS_AND_FREQS;
            default -> IndexOptions.DOCS_AND_FREQS_AND_POSITIONS;
        });
        type.setTokenized(true);
        type.setStored(options.store);
        type.freeze();
        return type;
    }

    /** One thread's part: one document object, its fields filled anew for every line. */
    private void addDocuments(IndexWriter writer, Tsv tsv, Exception[] failure) {
        StoredField id = new StoredField(ID, "");
        Field text = new Field(TEXT, "", textType());
        Document document = new Document();
        document.add(id);
        document.add(text);
        try {
            while (failure[0] == null && nextInto(tsv, id, text)) {
                writer.addDocument(document);
            }
        } catch (Exception e) {
            failure[0] = e;
        }
    }

    private boolean nextInto(Tsv tsv, StoredField id, Field text) throws IOException {
        if (options.threads == 1) {
            return fill(tsv, id, text);
        }
        synchronized (tsv) {
            return fill(tsv, id, text);
        }
    }

    private boolean fill(Tsv tsv, StoredField id, Field text) throws IOException {
        if (!tsv.next()) {
            return false;
        }
        docs++;
        id.setStringValue(tsv.id);
        text.setStringValue(tsv.text);
        return true;
    }

    /** Recursive graph bisection: the one segment is written anew in the better order. */
    private void reorder() throws IOException {
        Path plain = options.directory.resolveSibling(options.directory.getFileName() + ".input");
        Files.createDirectories(plain);
        empty(plain);
        Files.delete(plain);
        Files.move(options.directory, plain);
        try (Directory from = FSDirectory.open(plain);
             Directory to = FSDirectory.open(options.directory);
             DirectoryReader reader = DirectoryReader.open(from);
             IndexWriter writer = new IndexWriter(to, config())) {
            BPIndexReorderer reorderer = new BPIndexReorderer();
            reorderer.setRAMBudgetMB(options.memory);
            CodecReader segment = (CodecReader) reader.leaves().get(0).reader();
            writer.addIndexes(reorderer.reorder(segment, to, new ForkJoinPool(options.threads)));
            writer.forceMerge(1);
            writer.commit();
        }
        empty(plain);
        Files.delete(plain);
    }

    private void describe(Map<String, Object> result) throws IOException {
        Map<String, Object> parts = new TreeMap<>();
        long total = 0;
        try (var files = Files.list(options.directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = file.getFileName().toString();
                if (!name.equals("write.lock")) {
                    String part = name.startsWith("segments") ? "segments"
                                                              : name.replaceAll(".*\\.", "");
                    parts.merge(part, Files.size(file), (a, b) -> (Long) a + (Long) b);
                    total += Files.size(file);
                }
            }
        }
        try (Directory directory = FSDirectory.open(options.directory);
             DirectoryReader reader = DirectoryReader.open(directory)) {
            result.put("segments", reader.leaves().size());
            result.put("tokens", reader.getSumTotalTermFreq(TEXT));
        }
        result.put("index_bytes", total);
        result.put("parts", parts);
        result.put("version", Version.LATEST.toString());
    }
}
