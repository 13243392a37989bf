/* SPDX-License-Identifier: Apache-2.0 */
/* save: the answer is shown once more, into a buffer, which is written to a new file. */
#include "searcher/prompt/save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/escape.h"
#include "searcher/show/hits_json.h"
#include "searcher/show/hits_text.h"

#define WIDTH 80u /* of the lines of a text file */

static bool ends_with(struct span text, const char *end)
{
    const size_t n = strlen(end);
    return text.len >= n && memcmp(text.data + text.len - n, end, n) == 0;
}

static enum status render(struct session *s, bool json, struct buf *out)
{
    struct hit_list list;
    const struct hits_text_style style = {WIDTH, false,
                                          s->result.documents ? "document" : "passage"};
    TRY(search_hits(s->searcher, &s->result, 0, s->n_listed, SNIPPET_WIDTH, &list));
    list.query = buf_span(&s->query);
    list.alternatives = s->alternatives;
    list.n_alternatives = s->n_alternatives;
    if (json) {
        hits_json(&list, out);
    } else {
        escape_append(out, list.query, ESCAPE_LINE);
        buf_put_u8(out, '\n');
        hits_text(&list, &style, out);
    }
    hit_list_release(&list);
    return buf_status(out);
}

/* The reason, as errno has it; 0 when all is written. What was begun does not stay. */
static int write_new(const char *path, struct span bytes)
{
    size_t done = 0;
    int reason = 0;
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return errno;
    while (done < bytes.len && reason == 0) {
        const ssize_t n = write(fd, bytes.data + done, bytes.len - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            reason = errno;
    }
    if (close(fd) != 0 && reason == 0)
        reason = errno;
    if (reason != 0)
        (void)unlink(path);
    return reason;
}

static enum status put_path(struct span path, struct buf *out)
{
    const char *const home = getenv("HOME");
    if (home != NULL && path.len > 1 && path.data[0] == '~' && path.data[1] == '/') {
        buf_append_string(out, home);
        path = span_of(path.data + 1, path.len - 1);
    }
    buf_append_span(out, path);
    buf_put_u8(out, '\0');
    return buf_status(out);
}

static enum status save(struct session *s, struct span path, struct buf *name, struct buf *bytes)
{
    TRY(put_path(path, name));
    TRY(render(s, ends_with(path, ".json") || ends_with(path, ".jsonl"), bytes));
    const int reason = memchr(path.data, 0, path.len) != NULL
                           ? EINVAL
                           : write_new((const char *)name->data, buf_span(bytes));
    buf_append_string(&s->out, reason == 0 ? "written: " : "not written: ");
    escape_append(&s->out, path, ESCAPE_LINE);
    if (reason == EEXIST)
        buf_append_string(&s->out, " is there already");
    else if (reason != 0)
        buf_printf(&s->out, ": %s", strerror(reason));
    else
        buf_printf(&s->out, " (%zu hit%s)", s->n_listed, s->n_listed == 1 ? "" : "s");
    buf_put_u8(&s->out, '\n');
    return STATUS_OK;
}

enum status save_answer(struct session *s, struct span path)
{
    struct buf name = BUF_INIT;
    struct buf bytes = BUF_INIT;
    enum status status = STATUS_OK;
    if (path.len == 0)
        buf_append_string(&s->out, "into which file? (:save FILE, :save FILE.json)\n");
    else if (!s->answered)
        buf_append_string(&s->out, "nothing was asked yet\n");
    else
        status = save(s, path, &name, &bytes);
    buf_release(&name);
    buf_release(&bytes);
    return status;
}
