// SPDX-License-Identifier: Apache-2.0

import java.nio.file.Path;
import java.util.Locale;

/** The command line of a driver, as bench/peers/README.md describes it. Fields hold the defaults. */
final class Options {
    @SuppressWarnings("serial")
    static final class Usage extends Exception {
        Usage(String message) {
            super(message);
        }
    }

    enum Kind { OR, AND, PHRASE, TERM }

    String command;
    Path input; // index: TSV; search: queries
    Path directory;
    String postings = "positions";
    boolean store;
    boolean reorder;
    int threads = 1;
    int memory = 2000; // MB
    int repeat = 3;
    Kind kind = Kind.OR;
    boolean count;
    int k = 10;
    int rounds = 5;
    int warm = 5;
    double warmSeconds = 5;
    double budget = 60;
    Path perQuery;

    static Options parse(String[] arguments) throws Usage {
        if (arguments.length < 3) {
            throw new Usage("index TSV DIR [options] | search DIR QUERIES [options]");
        }
        Options o = new Options();
        o.command = arguments[0];
        boolean index = o.command.equals("index");
        if (!index && !o.command.equals("search")) {
            throw new Usage("neither index nor search: " + o.command);
        }
        o.input = Path.of(arguments[index ? 1 : 2]);
        o.directory = Path.of(arguments[index ? 2 : 1]);
        for (int i = 3; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--store" -> o.store = true;
                case "--reorder" -> o.reorder = true;
                default -> {
                    if (i + 1 == arguments.length) {
                        throw new Usage(arguments[i] + " needs a value, or is unknown");
                    }
                    o.set(arguments[i], arguments[++i]);
                }
            }
        }
        return o;
    }

    private void set(String name, String value) throws Usage {
        switch (name) {
            case "--postings" -> postings = value;
            case "--threads" -> threads = Integer.parseInt(value);
            case "--memory" -> memory = Integer.parseInt(value);
            case "--repeat" -> repeat = Integer.parseInt(value);
            case "--class" -> setKind(value);
            case "--k" -> k = Integer.parseInt(value);
            case "--rounds" -> rounds = Integer.parseInt(value);
            case "--warm" -> warm = Integer.parseInt(value);
            case "--warm-seconds" -> warmSeconds = Double.parseDouble(value);
            case "--budget" -> budget = Double.parseDouble(value);
            case "--per-query" -> perQuery = Path.of(value);
            default -> throw new Usage("unknown option " + name);
        }
    }

    /** or, and, phrase, term; count, count-and, count-phrase. */
    private void setKind(String value) throws Usage {
        count = value.startsWith("count");
        String rest = count ? value.substring("count".length()) : value;
        try {
            kind = rest.isEmpty()
                ? Kind.OR
                : Kind.valueOf((count ? rest.substring(1) : rest).toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new Usage("unknown class " + value);
        }
    }
}
