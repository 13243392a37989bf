// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** Clocks, peak memory, and the one line of JSON. */
final class Measure {
    private Measure() {}

    static double wall() {
        return System.nanoTime() / 1e9;
    }

    /** User and system seconds of this process so far: JIT and garbage collection included. */
    static double cpu() {
        var os = (com.sun.management.OperatingSystemMXBean)
            ManagementFactory.getOperatingSystemMXBean();
        return os.getProcessCpuTime() / 1e9;
    }

    static double wallSinceStart() {
        return (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime())
            / 1e3;
    }

    /** Peak resident bytes (VmHWM). */
    static long peak() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        return 0;
    }

    static String json(Map<String, ?> fields) {
        StringJoiner all = new StringJoiner(",", "{", "}");
        fields.forEach((name, value) -> all.add(quote(name) + ":" + jsonValue(value)));
        return all.toString();
    }

    @SuppressWarnings("unchecked")
    private static String jsonValue(Object value) {
        if (value instanceof Map<?, ?> map) {
            return json((Map<String, ?>) map);
        }
        if (value instanceof Double number) {
            return String.format(Locale.ROOT, "%.6g", number).contains("e")
                ? String.format(Locale.ROOT, "%e", number)
                : String.format(Locale.ROOT, "%.6f", number);
        }
        return value instanceof Number || value instanceof Boolean ? value.toString()
                                                                   : quote(value.toString());
    }

    private static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
