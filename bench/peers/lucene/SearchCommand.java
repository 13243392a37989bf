// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.Version;

/**
 * Runs the queries in passes: warm-up first, then `--rounds` timed ones; a query's time is the
 * median of its rounds. Timed: from the words of a query to its top k (or count). The splitting of
 * the query into words, and fetching ids, are not.
 */
final class SearchCommand {
    private final Options options;
    private final List<String[]> queries = new ArrayList<>();
    private IndexSearcher searcher;
    private long sink; // what a query found, so that no JIT can leave it out

    SearchCommand(Options options) {
        this.options = options;
    }

    Map<String, Object> run() throws IOException {
        readQueries();
        try (MMapDirectory directory = new MMapDirectory(options.directory)) {
            directory.setPreload(MMapDirectory.ALL_FILES);
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                searcher = new IndexSearcher(reader);
                searcher.setQueryCache(null);
                searcher.setSimilarity(new BM25Similarity(0.9f, 0.4f));
                return measure();
            }
        }
    }

    private void readQueries() throws IOException {
        try (Analyzer analyzer = IndexCommand.analyzer()) {
            for (String line : Files.readAllLines(options.input)) {
                List<String> words = new ArrayList<>();
                try (TokenStream tokens = analyzer.tokenStream(
                         IndexCommand.TEXT, line.substring(line.lastIndexOf('\t') + 1))) {
                    var term = tokens.addAttribute(CharTermAttribute.class);
                    tokens.reset();
                    while (tokens.incrementToken()) {
                        words.add(term.toString());
                    }
                    tokens.end();
                }
                boolean one = options.kind == Options.Kind.TERM && words.size() > 1;
                queries.add((one ? words.subList(0, 1) : words).toArray(String[]::new));
            }
        }
    }

    private static Query queryOf(Options.Kind kind, String[] words) {
        if (words.length == 0) {
            return new MatchNoDocsQuery("no words");
        }
        if (words.length == 1) {
            return new TermQuery(new Term(IndexCommand.TEXT, words[0]));
        }
        if (kind == Options.Kind.PHRASE) {
            return new PhraseQuery(IndexCommand.TEXT, words);
        }
        BooleanQuery.Builder bag = new BooleanQuery.Builder();
        for (String word : words) {
            bag.add(new TermQuery(new Term(IndexCommand.TEXT, word)),
                    kind == Options.Kind.AND ? Occur.MUST : Occur.SHOULD);
        }
        return bag.build();
    }

    private TopDocs top(String[] words) throws IOException {
        // Exact top k; matches are not counted, so that whole blocks can be passed over.
        return searcher.search(queryOf(options.kind, words),
                               new TopScoreDocCollectorManager(options.k, null, 1));
    }

    private int count(String[] words) throws IOException {
        return searcher.count(queryOf(options.kind, words));
    }

    private long[] pass() throws IOException {
        long[] nanoseconds = new long[queries.size()];
        for (int i = 0; i < nanoseconds.length; i++) {
            String[] words = queries.get(i);
            long start = System.nanoTime();
            sink += options.count ? count(words) : top(words).scoreDocs.length;
            nanoseconds[i] = System.nanoTime() - start;
        }
        return nanoseconds;
    }

    private Map<String, Object> measure() throws IOException {
        double start = Measure.wall();
        List<long[]> rounds = new ArrayList<>();
        int warm = 0;
        while (warm < options.warm || Measure.wall() - start < options.warmSeconds) {
            long[] pass = pass();
            if (Measure.wall() - start > options.budget) {
                rounds.add(pass); // too slow for more than this one
                break;
            }
            warm++;
        }
        while (rounds.size() < options.rounds
               && (rounds.isEmpty() || Measure.wall() - start < options.budget)) {
            rounds.add(pass());
        }
        double[] times = new double[queries.size()];
        for (int i = 0; i < times.length; i++) {
            final int query = i;
            long[] of = rounds.stream().mapToLong(round -> round[query]).sorted().toArray();
            times[i] = of[(of.length - 1) / 2] / 1e3;
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("queries", times.length);
        result.put("rounds", rounds.size());
        result.put("warm_passes", warm);
        summarize(times, result);
        result.put("peak_rss", Measure.peak());
        check(times, result);
        result.put("version", Version.LATEST.toString());
        return result;
    }

    private static void summarize(double[] times, Map<String, Object> result) {
        double[] sorted = times.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        result.put("mean", Arrays.stream(sorted).sum() / Math.max(n, 1));
        result.put("p50", n == 0 ? 0.0 : sorted[n / 2]);
        result.put("p95", n == 0 ? 0.0 : sorted[(int) (n * 95L / 100)]);
        result.put("p99", n == 0 ? 0.0 : sorted[(int) (n * 99L / 100)]);
        result.put("max", n == 0 ? 0.0 : sorted[n - 1]);
    }

    /** Untimed: exact counts, their sum and checksum, and the ids for `--per-query`. */
    private void check(double[] times, Map<String, Object> result) throws IOException {
        if (options.perQuery == null) {
            return;
        }
        long total = 0;
        int checksum = 0;
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(options.perQuery))) {
            for (int i = 0; i < times.length; i++) {
                int hits = count(queries.get(i));
                total += hits;
                checksum = 31 * checksum + hits;
                out.printf("%.3f\t%d\t%s%n", times[i], hits, ids(queries.get(i)));
            }
        }
        result.put("hits", total);
        result.put("checksum", String.format("%08x", checksum));
    }

    private String ids(String[] words) throws IOException {
        List<String> ids = new ArrayList<>();
        if (!options.count) {
            StoredFields stored = searcher.storedFields();
            for (ScoreDoc hit : top(words).scoreDocs) {
                ids.add(stored.document(hit.doc, Set.of(IndexCommand.ID)).get(IndexCommand.ID));
            }
        }
        return String.join(" ", ids);
    }
}
