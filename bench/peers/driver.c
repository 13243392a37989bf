/* SPDX-License-Identifier: Apache-2.0 */
/* driver: see driver.h; the order of the file is options, TSV, index, search. */
#include "bench/peers/driver.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

double driver_wall(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double driver_cpu(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int64_t peak_rss(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return 1024 * (int64_t)usage.ru_maxrss;
}

void driver_unsupported(const char *what)
{
    fprintf(stderr, "not supported: %s\n", what);
    exit(3);
}

static bool class_by_name(const char *name, struct driver_options *o)
{
    static const char *const names[] = {"or", "and", "phrase", "term"};
    if (strncmp(name, "count", 5) == 0) {
        o->count = true;
        name += 5;
        if (*name == '\0')
            name = "-or";
        if (*name++ != '-')
            return false;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            o->kind = (enum query_class)i;
            return true;
        }
    }
    return false;
}

static bool set_option(struct driver_options *o, const char *name, const char *value)
{
    const struct {
        const char *name;
        uint32_t *field;
    } numbers[] = {{"--threads", &o->threads}, {"--memory", &o->memory}, {"--k", &o->k},
                   {"--rounds", &o->rounds},   {"--warm", &o->warm},     {"--repeat", NULL}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(name, numbers[i].name) == 0) {
            if (numbers[i].field != NULL)
                *numbers[i].field = (uint32_t)strtoul(value, NULL, 10);
            return true;
        }
    }
    if (strcmp(name, "--postings") == 0)
        o->postings = value;
    else if (strcmp(name, "--warm-seconds") == 0)
        o->warm_seconds = strtod(value, NULL);
    else if (strcmp(name, "--budget") == 0)
        o->budget = strtod(value, NULL);
    else if (strcmp(name, "--per-query") == 0)
        o->per_query = value;
    else
        return strcmp(name, "--class") == 0 && class_by_name(value, o);
    return true;
}

static bool parse(int argc, char **argv, struct driver_options *o)
{
    *o = (struct driver_options){.postings = "positions",
                                 .threads = 1,
                                 .memory = 2000,
                                 .k = 10,
                                 .rounds = 5,
                                 .warm = 2,
                                 .warm_seconds = 0.5,
                                 .budget = 60};
    const bool index = argc >= 4 && strcmp(argv[1], "index") == 0;
    if (argc < 4 || (!index && strcmp(argv[1], "search") != 0))
        return false;
    o->command = argv[1];
    o->input = argv[index ? 2 : 3];
    o->directory = argv[index ? 3 : 2];
    for (int i = 4; i < argc; i++) {
        if (strcmp(argv[i], "--store") == 0)
            o->store = true;
        else if (strcmp(argv[i], "--reorder") == 0)
            o->reorder = true;
        else if (i + 1 == argc || !set_option(o, argv[i], argv[i + 1]))
            return false;
        else
            i++;
    }
    return o->rounds > 0;
}

bool tsv_open(const char *path, struct tsv *tsv)
{
    *tsv = (struct tsv){.file = fopen(path, "rb")};
    if (tsv->file == NULL) {
        fprintf(stderr, "cannot read '%s': %s\n", path, strerror(errno));
        return false;
    }
    (void)setvbuf(tsv->file, NULL, _IOFBF, 1 << 20);
    return true;
}

void tsv_close(struct tsv *tsv)
{
    (void)fclose(tsv->file);
    free(tsv->line);
}

/* The next line, without its newline; false at the end. */
static bool next_line(struct tsv *tsv, struct text_view *line)
{
    const ssize_t n = getline(&tsv->line, &tsv->room, tsv->file);
    if (n < 0 && ferror(tsv->file)) {
        fprintf(stderr, "cannot read on: %s\n", strerror(errno));
        exit(2);
    }
    if (n < 0)
        return false;
    line->data = tsv->line;
    line->len = (size_t)n - (tsv->line[n - 1] == '\n');
    return true;
}

bool tsv_next(struct tsv *tsv)
{
    struct text_view line;
    if (!next_line(tsv, &line))
        return false;
    const char *const tab = (const char *)memchr(line.data, '\t', line.len);
    if (tab == NULL) {
        fprintf(stderr, "line %llu has no tab\n", (unsigned long long)tsv->docs + 1);
        exit(2);
    }
    tsv->id = (struct text_view){line.data, (size_t)(tab - line.data)};
    tsv->text = (struct text_view){tab + 1, line.len - tsv->id.len - 1};
    tsv->docs++;
    tsv->text_bytes += tsv->text.len;
    return true;
}

/* Makes the folder, or removes the files in it. */
static bool make_empty(const char *directory)
{
    (void)mkdir(directory, 0777);
    DIR *const dir = opendir(directory);
    if (dir == NULL) {
        fprintf(stderr, "cannot open '%s': %s\n", directory, strerror(errno));
        return false;
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.')
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
    (void)closedir(dir);
    return true;
}

void facts_part(struct index_facts *facts, const char *name, uint64_t bytes)
{
    const size_t used = strlen(facts->parts);
    (void)snprintf(facts->parts + used, sizeof facts->parts - used, "%s\"%s\":%llu",
                   used > 0 ? "," : "", name, (unsigned long long)bytes);
    facts->index_bytes += (int64_t)bytes;
}

static void print_number(const char *name, int64_t value)
{
    if (value >= 0)
        printf(",\"%s\":%lld", name, (long long)value);
    else
        printf(",\"%s\":null", name);
}

static bool index_once(const struct engine *engine, const struct driver_options *o)
{
    struct index_facts facts = {
        .docs = -1, .tokens = -1, .text_bytes = -1, .cpu = -1, .peak_rss = -1};
    if (!make_empty(o->directory))
        return false;
    const double wall = driver_wall();
    const double cpu = driver_cpu();
    if (!engine->index(o, &facts))
        return false;
    facts.wall = driver_wall() - wall;
    if (facts.cpu < 0)
        facts.cpu = driver_cpu() - cpu;
    if (facts.peak_rss < 0)
        facts.peak_rss = peak_rss();
    if (!engine->describe(o, &facts))
        return false;
    printf("{\"driver\":\"%s\",\"version\":\"%s\",\"command\":\"index\",\"warm\":false",
           engine->name, engine->version());
    print_number("docs", facts.docs);
    print_number("tokens", facts.tokens);
    print_number("text_bytes", facts.text_bytes);
    printf(",\"wall\":%.6f,\"cpu\":%.6f", facts.wall, facts.cpu);
    print_number("peak_rss", facts.peak_rss);
    print_number("index_bytes", facts.index_bytes);
    printf(",\"parts\":{%s}}\n", facts.parts);
    return true;
}

struct search {
    const struct engine *engine;
    const struct driver_options *options;
    void *self;
    void **queries;
    size_t n;
    double **rounds; /* microseconds, by round and query */
    size_t n_rounds;
    size_t warm_passes;
    double *times; /* by query: the median of its rounds */
};

static void *must(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "out of memory\n");
        exit(2);
    }
    return memory;
}

/* The text of a query: the line, or what follows its last tab. */
static struct text_view query_text(struct text_view line)
{
    const char *const tab = (const char *)memrchr(line.data, '\t', line.len);
    if (tab == NULL)
        return line;
    return (struct text_view){tab + 1, line.len - (size_t)(tab + 1 - line.data)};
}

static bool read_queries(struct search *s)
{
    struct tsv file;
    struct text_view line;
    size_t room = 0;
    if (!tsv_open(s->options->input, &file))
        return false;
    while (next_line(&file, &line)) {
        if (s->n == room) {
            room = room * 2 + 1024;
            s->queries = (void **)must(realloc(s->queries, room * sizeof *s->queries));
        }
        s->queries[s->n] = s->engine->prepare(s->self, query_text(line));
        if (s->queries[s->n++] == NULL)
            return false;
    }
    tsv_close(&file);
    return true;
}

/* All queries once; NULL on failure. */
static double *pass(const struct search *s)
{
    double *const times = (double *)must(calloc(s->n + 1, sizeof *times));
    for (size_t i = 0; i < s->n; i++) {
        const double start = driver_wall();
        if (s->engine->run(s->self, s->queries[i]) < 0)
            return NULL;
        times[i] = 1e6 * (driver_wall() - start);
    }
    return times;
}

/* Warm-up, then the timed rounds. A first pass over the budget is the only round. */
static bool time_queries(struct search *s)
{
    const struct driver_options *const o = s->options;
    const double start = driver_wall();
    s->rounds = (double **)must(calloc(o->rounds, sizeof *s->rounds));
    while (s->warm_passes < o->warm || driver_wall() - start < o->warm_seconds) {
        double *const times = pass(s);
        if (times == NULL)
            return false;
        if (driver_wall() - start > o->budget) {
            s->rounds[s->n_rounds++] = times;
            return true;
        }
        free(times);
        s->warm_passes++;
    }
    while (s->n_rounds < o->rounds && (s->n_rounds == 0 || driver_wall() - start < o->budget)) {
        s->rounds[s->n_rounds] = pass(s);
        if (s->rounds[s->n_rounds++] == NULL)
            return false;
    }
    return true;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void take_medians(struct search *s)
{
    double *const of = (double *)must(calloc(s->n_rounds, sizeof *of));
    s->times = (double *)must(calloc(s->n + 1, sizeof *s->times));
    for (size_t i = 0; i < s->n; i++) {
        for (size_t r = 0; r < s->n_rounds; r++)
            of[r] = s->rounds[r][i];
        qsort(of, s->n_rounds, sizeof *of, compare);
        s->times[i] = of[(s->n_rounds - 1) / 2];
    }
    free(of);
}

/* Untimed: counts, their sum and checksum, ids. */
static bool check(const struct search *s, uint64_t *hits, uint32_t *checksum)
{
    FILE *const out = fopen(s->options->per_query, "w");
    if (out == NULL) {
        fprintf(stderr, "cannot create '%s': %s\n", s->options->per_query, strerror(errno));
        return false;
    }
    for (size_t i = 0; i < s->n; i++) {
        const int64_t found = s->engine->count(s->self, s->queries[i]);
        if (found < 0)
            return false;
        *hits += (uint64_t)found;
        *checksum = 31 * *checksum + (uint32_t)found;
        fprintf(out, "%.3f\t%lld\t", s->times[i], (long long)found);
        if (!s->options->count && !s->engine->ids(s->self, s->queries[i], out))
            return false;
        fputc('\n', out);
    }
    return fclose(out) == 0;
}

static void print_search(const struct search *s, uint64_t hits, uint32_t checksum)
{
    const size_t n = s->n;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += s->times[i];
    qsort(s->times, n, sizeof *s->times, compare);
    printf("{\"driver\":\"%s\",\"version\":\"%s\",\"command\":\"search\",\"queries\":%zu,"
           "\"rounds\":%zu,\"warm_passes\":%zu,\"mean\":%.3f,\"p50\":%.3f,\"p95\":%.3f,"
           "\"p99\":%.3f,\"max\":%.3f,\"peak_rss\":%lld",
           s->engine->name, s->engine->version(), n, s->n_rounds, s->warm_passes,
           n > 0 ? sum / (double)n : 0, s->times[n / 2], s->times[n * 95 / 100],
           s->times[n * 99 / 100], n > 0 ? s->times[n - 1] : 0, (long long)peak_rss());
    if (s->options->per_query != NULL)
        printf(",\"hits\":%llu,\"checksum\":\"%08x\"", (unsigned long long)hits, checksum);
    printf("}\n");
}

static bool search(const struct engine *engine, const struct driver_options *o)
{
    struct search s = {.engine = engine, .options = o};
    uint64_t hits = 0;
    uint32_t checksum = 0;
    s.self = engine->open(o);
    if (s.self == NULL || !read_queries(&s) || !time_queries(&s))
        return false;
    take_medians(&s);
    if (o->per_query != NULL && !check(&s, &hits, &checksum))
        return false;
    print_search(&s, hits, checksum);
    return true; /* the process ends: what was allocated ends with it */
}

int driver_main(const struct engine *engine, int argc, char **argv)
{
    struct driver_options o;
    if (!parse(argc, argv, &o)) {
        fprintf(stderr,
                "usage: %s index TSV DIR [options] | search DIR QUERIES [options]\n"
                "(bench/peers/README.md)\n",
                argv[0]);
        return 2;
    }
    const bool done = o.command[0] == 'i' ? index_once(engine, &o) : search(engine, &o);
    return done && fflush(stdout) == 0 ? 0 : 2;
}
