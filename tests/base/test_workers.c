/* SPDX-License-Identifier: Apache-2.0 */
/* test_workers: order of submission, a thread's own state, failures, jobs that make jobs. */
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "common/base/workers.h"
#include "tests/support/seed.h"

#define JOBS    400u
#define THREADS 8u

/* What all jobs of a test share. */
struct shop {
    struct workers *workers;
    unsigned last[THREADS];   /* by worker: the job it ran last; its own, so without a lock */
    uint64_t sum[THREADS];    /* likewise */
    atomic_uint running;      /* jobs inside `run` */
    atomic_uint runs;         /* that have begun */
    unsigned finished;        /* calls of `finish` */
    unsigned bad_order;       /* finished out of turn */
    atomic_uint bad_worker;   /* ran on a thread that does not exist, or out of turn there */
    unsigned fails[3];        /* numbers of jobs whose run fails; JOBS: none */
    unsigned fails_in_finish; /* the job whose finish does */
    unsigned slow;            /* the job that sleeps */
};

struct step {
    struct job job;
    struct shop *shop;
    unsigned number;
    uint64_t result;
};

/* Work of a random length that no compiler can leave out. */
static uint64_t work(unsigned number)
{
    uint64_t x = number;
    for (unsigned i = (number * 2654435761u) % 3000; i > 0; i--)
        x = x * UINT64_C(6364136223846793005) + 1442695040888963407;
    return x;
}

static enum status run(struct job *job, unsigned worker)
{
    struct step *const s = (struct step *)job;
    struct shop *const shop = s->shop;
    atomic_fetch_add(&shop->running, 1);
    atomic_fetch_add(&shop->runs, 1);
    if (worker >= workers_count(shop->workers) || shop->last[worker] > s->number)
        atomic_fetch_add(&shop->bad_worker, 1);
    shop->last[worker] = s->number;
    s->result = work(s->number);
    shop->sum[worker] += s->result;
    if (s->number == shop->slow)
        (void)nanosleep(&(struct timespec){0, 20 * 1000 * 1000}, NULL);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < 3; i++)
        if (s->number == shop->fails[i])
            status = fail(STATUS_LIMIT, "job %u failed", s->number);
    atomic_fetch_sub(&shop->running, 1);
    return status;
}

static enum status finish(struct job *job)
{
    struct step *const s = (struct step *)job;
    s->shop->bad_order += s->number != s->shop->finished++ || s->result != work(s->number);
    if (s->number == s->shop->fails_in_finish)
        return fail(STATUS_IO, "finish of job %u failed", s->number);
    return STATUS_OK;
}

static void open_shop(struct shop *shop, struct step *steps, unsigned threads)
{
    *shop = (struct shop){.fails = {JOBS, JOBS, JOBS}, .fails_in_finish = JOBS, .slow = JOBS};
    cr_assert_eq(workers_new(threads, &shop->workers), STATUS_OK);
    cr_assert_eq(workers_count(shop->workers), threads);
    for (unsigned i = 0; i < JOBS; i++)
        steps[i] = (struct step){.job = {.run = run, .finish = finish}, .shop = shop, .number = i};
}

Test(workers, results_come_in_order)
{
    static struct step steps[JOBS];
    const unsigned first = seed_first();
    unsigned seed = first;
    for (unsigned threads = 1; threads <= THREADS; threads++) {
        struct shop shop;
        uint64_t sum = 0;
        open_shop(&shop, steps, threads);
        for (unsigned i = 0; i < JOBS; i++) {
            workers_submit(shop.workers, &steps[i].job);
            if (threads == 1)
                cr_assert_eq(atomic_load(&shop.runs), shop.finished, "work outside of finish");
            const unsigned most = seed_below(&seed, 20);
            cr_assert_eq(workers_finish(shop.workers, most), STATUS_OK);
            cr_assert_leq(i + 1 - shop.finished, most, "seed %u: more than %u wait", first, most);
            sum += work(i);
        }
        cr_assert_eq(workers_finish(shop.workers, 0), STATUS_OK);
        cr_assert_eq(shop.finished, JOBS);
        cr_assert_eq(shop.bad_order, 0, "seed %u, %u threads", first, threads);
        cr_assert_eq(atomic_load(&shop.bad_worker), 0, "seed %u, %u threads", first, threads);
        for (unsigned i = 0; i < THREADS; i++)
            sum -= shop.sum[i];
        cr_assert_eq(sum, 0, "a job was run twice, or not at all");
        workers_free(shop.workers);
    }
}

/* Submits all jobs and takes them; returns what the first failing call returned. */
static enum status submit_all(struct shop *shop, struct step *steps, unsigned most)
{
    for (unsigned i = 0; i < JOBS; i++) {
        workers_submit(shop->workers, &steps[i].job);
        TRY(workers_finish(shop->workers, most));
    }
    return workers_finish(shop->workers, 0);
}

/* The first in the order of submission, not of time; and when it is returned, all is quiet. */
Test(workers, the_first_failure_is_returned)
{
    static struct step steps[JOBS];
    for (unsigned threads = 1; threads <= THREADS; threads++) {
        for (unsigned most = 0; most <= JOBS; most += JOBS / 4) {
            struct shop shop;
            char wanted[64];
            const unsigned bad = 100 + threads;
            open_shop(&shop, steps, threads);
            shop.slow = shop.fails[1] = bad;
            shop.fails[0] = bad + 1;
            shop.fails[2] = bad + 3;
            (void)snprintf(wanted, sizeof wanted, "job %u failed", bad);
            cr_assert_eq(submit_all(&shop, steps, most), STATUS_LIMIT);
            cr_assert_str_eq(status_message(), wanted);
            cr_assert_eq(atomic_load(&shop.running), 0, "%u threads: not quiet", threads);
            const unsigned runs = atomic_load(&shop.runs);
            cr_assert(shop.finished == bad && shop.bad_order == 0);
            cr_assert_eq(workers_finish(shop.workers, 0), STATUS_OK, "nothing is left");
            cr_assert(atomic_load(&shop.runs) == runs && shop.finished == bad);
            workers_free(shop.workers);
        }
    }
}

Test(workers, a_failed_finish_is_returned)
{
    static struct step steps[JOBS];
    for (unsigned threads = 1; threads <= THREADS; threads += 3) {
        struct shop shop;
        open_shop(&shop, steps, threads);
        shop.fails_in_finish = 77;
        shop.fails[0] = 78;
        cr_assert_eq(submit_all(&shop, steps, 50), STATUS_IO);
        cr_assert_str_eq(status_message(), "finish of job 77 failed");
        cr_assert(shop.finished == 78 && atomic_load(&shop.running) == 0);
        workers_free(shop.workers);
    }
}

/* ---- jobs that make jobs ---- */

struct node {
    struct job job;
    struct tree *tree;
    unsigned depth;
};

struct tree {
    struct workers *workers;
    struct node nodes[1 << 8];
    unsigned n;
    unsigned finished;
};

static enum status run_node(struct job *job, unsigned worker)
{
    (void)worker;
    return ((struct node *)job)->tree->workers == NULL ? STATUS_IO : STATUS_OK;
}

static enum status finish_node(struct job *job)
{
    struct node *const node = (struct node *)job;
    struct tree *const t = node->tree;
    t->finished++;
    for (unsigned i = 0; i < 2 && node->depth > 0; i++) {
        struct node *const child = &t->nodes[t->n++];
        *child = (struct node){{.run = run_node, .finish = finish_node}, t, node->depth - 1};
        workers_submit(t->workers, &child->job);
    }
    return STATUS_OK;
}

Test(workers, finish_may_submit)
{
    static struct tree tree;
    for (unsigned threads = 1; threads <= THREADS; threads++) {
        cr_assert_eq(workers_new(threads, &tree.workers), STATUS_OK);
        tree.n = 1;
        tree.finished = 0;
        tree.nodes[0] = (struct node){{.run = run_node, .finish = finish_node}, &tree, 6};
        workers_submit(tree.workers, &tree.nodes[0].job);
        cr_assert_eq(workers_finish(tree.workers, 0), STATUS_OK);
        cr_assert(tree.finished == 127 && tree.n == 127, "%u threads: %u", threads, tree.finished);
        workers_free(tree.workers);
    }
}

/* Jobs that nobody takes: those that run are waited for, the others forgotten. */
Test(workers, free_forgets_what_waits)
{
    static struct step steps[JOBS];
    for (unsigned threads = 1; threads <= THREADS; threads++) {
        struct shop shop;
        open_shop(&shop, steps, threads);
        for (unsigned i = 0; i < JOBS; i++)
            workers_submit(shop.workers, &steps[i].job);
        workers_free(shop.workers);
        cr_assert_eq(atomic_load(&shop.running), 0);
        cr_assert_eq(shop.finished, 0);
        cr_assert(threads > 1 || atomic_load(&shop.runs) == 0);
    }
    workers_free(NULL);
}
