/* SPDX-License-Identifier: Apache-2.0 */
/* workers: one queue, one lock; jobs are large (a millisecond or more), so that is enough. */
#include "common/base/workers.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { JOB_WAITS, JOB_RUNS, JOB_DONE };

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t work;     /* a job was submitted, or it is time to end */
    pthread_cond_t finished; /* a job was finished */
    struct job *oldest;      /* of those not taken */
    struct job *newest;
    struct job *waiting; /* the oldest that nobody runs */
    unsigned pending;    /* not taken */
    unsigned n;          /* threads, the caller included */
    unsigned started;    /* threads that were made */
    bool ending;
    pthread_t threads[WORKERS_MOST];
    struct seat {
        struct workers *pool;
        unsigned number;
    } seats[WORKERS_MOST];
};

/* The next job to run, marked; the lock is held. */
static struct job *begin_job(struct workers *w)
{
    struct job *const job = w->waiting;
    if (job == NULL)
        return NULL;
    w->waiting = job->next;
    job->state = JOB_RUNS;
    return job;
}

/* Runs a job outside the lock, which is held before and after. */
static void run_job(struct workers *w, struct job *job, unsigned number)
{
    pthread_mutex_unlock(&w->lock);
    job->status = job->run(job, number);
    if (job->status != STATUS_OK)
        (void)snprintf(job->message, sizeof job->message, "%s", status_message());
    pthread_mutex_lock(&w->lock);
    job->state = JOB_DONE;
    pthread_cond_signal(&w->finished);
}

static void *work(void *argument)
{
    const struct seat *const seat = argument;
    struct workers *const w = seat->pool;
    pthread_mutex_lock(&w->lock);
    while (!w->ending) {
        struct job *const job = begin_job(w);
        if (job != NULL)
            run_job(w, job, seat->number);
        else
            pthread_cond_wait(&w->work, &w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

enum status workers_new(unsigned n, struct workers **out)
{
    struct workers *const w = calloc(1, sizeof *w);
    if (w == NULL)
        return fail_no_memory();
    w->n = n;
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_cond_init(&w->work, NULL);
    (void)pthread_cond_init(&w->finished, NULL);
    for (unsigned i = 1; i < n; i++) {
        w->seats[i] = (struct seat){w, i};
        if (pthread_create(&w->threads[i], NULL, work, &w->seats[i]) != 0) {
            workers_free(w);
            return fail(STATUS_NO_MEMORY, "cannot start thread %u of %u", i + 1, n);
        }
        w->started++;
    }
    *out = w;
    return STATUS_OK;
}

void workers_free(struct workers *w)
{
    if (w == NULL)
        return;
    pthread_mutex_lock(&w->lock);
    w->ending = true;
    pthread_cond_broadcast(&w->work);
    pthread_mutex_unlock(&w->lock);
    for (unsigned i = 1; i <= w->started; i++)
        (void)pthread_join(w->threads[i], NULL);
    (void)pthread_cond_destroy(&w->finished);
    (void)pthread_cond_destroy(&w->work);
    (void)pthread_mutex_destroy(&w->lock);
    free(w);
}

unsigned workers_count(const struct workers *w)
{
    return w->n;
}

void workers_submit(struct workers *w, struct job *job)
{
    job->next = NULL;
    job->state = JOB_WAITS;
    pthread_mutex_lock(&w->lock);
    if (w->oldest == NULL)
        w->oldest = job;
    else
        w->newest->next = job;
    w->newest = job;
    if (w->waiting == NULL)
        w->waiting = job;
    w->pending++;
    pthread_cond_signal(&w->work);
    pthread_mutex_unlock(&w->lock);
}

/* The oldest job if it is done, or once it is while more than `most` are there; else NULL. */
static struct job *take(struct workers *w, unsigned most)
{
    pthread_mutex_lock(&w->lock);
    struct job *taken = w->oldest;
    while (taken != NULL && taken->state != JOB_DONE && w->pending > most) {
        struct job *const job = begin_job(w);
        if (job != NULL)
            run_job(w, job, 0);
        else
            pthread_cond_wait(&w->finished, &w->lock);
    }
    if (taken != NULL && taken->state != JOB_DONE)
        taken = NULL;
    if (taken != NULL) {
        w->oldest = taken->next;
        w->pending--;
    }
    pthread_mutex_unlock(&w->lock);
    return taken;
}

/* Waits for all jobs and forgets them, so that a failed caller may release what they use. */
static void settle(struct workers *w)
{
    while (take(w, 0) != NULL)
        continue;
}

enum status workers_finish(struct workers *w, unsigned most)
{
    struct job *job;
    while ((job = take(w, most)) != NULL) {
        enum status status = job->status;
        if (status != STATUS_OK)
            (void)fail(status, "%s", job->message);
        else if (job->finish != NULL)
            status = job->finish(job);
        if (status != STATUS_OK) {
            char message[sizeof job->message];
            (void)snprintf(message, sizeof message, "%s", status_message());
            settle(w);
            return fail(status, "%s", message);
        }
    }
    return STATUS_OK;
}
