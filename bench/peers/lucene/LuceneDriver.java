// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The Lucene driver of bench/peers: see README.md there for the protocol. */
final class LuceneDriver {
    private LuceneDriver() {}

    public static void main(String[] arguments) throws Exception {
        try {
            Options options = Options.parse(arguments);
            boolean index = options.command.equals("index");
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("driver", "lucene");
            line.put("command", options.command);
            line.put("runtime", System.getProperty("java.vm.name") + " "
                                    + System.getProperty("java.runtime.version"));
            line.putAll(index ? new IndexCommand(options).run() : new SearchCommand(options).run());
            System.out.println(Measure.json(line));
        } catch (Options.Usage | IOException e) {
            System.err.println("lucene driver: " + e);
            System.exit(2);
        }
    }
}
