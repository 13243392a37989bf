// SPDX-License-Identifier: Apache-2.0

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads `id<TAB>text` lines through one large buffer; nothing is copied but the two strings. */
final class Tsv implements Closeable {
    private final InputStream in;
    private byte[] buffer = new byte[1 << 20];
    private int start;
    private int end;
    private boolean over;
    String id;
    String text;
    long textBytes;

    Tsv(Path path) throws IOException {
        in = Files.newInputStream(path);
    }

    /** Moves to the next record; false at the end. Lines without a tab are refused. */
    boolean next() throws IOException {
        int newline = findNewline();
        if (newline == start && over) {
            return false;
        }
        int tab = start;
        while (tab < newline && buffer[tab] != '\t') {
            tab++;
        }
        if (tab == newline) {
            throw new IOException("a line without a tab");
        }
        id = new String(buffer, start, tab - start, StandardCharsets.UTF_8);
        text = new String(buffer, tab + 1, newline - tab - 1, StandardCharsets.UTF_8);
        textBytes += newline - tab - 1;
        start = Math.min(newline + 1, end);
        return true;
    }

    private int findNewline() throws IOException {
        int at = start;
        while (true) {
            for (; at < end; at++) {
                if (buffer[at] == '\n') {
                    return at;
                }
            }
            if (over) {
                return end;
            }
            int seen = at - start;
            fill();
            at = start + seen;
        }
    }

    private void fill() throws IOException {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
        if (end == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
        int got = in.read(buffer, end, buffer.length - end);
        over = got < 0;
        end += Math.max(got, 0);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
