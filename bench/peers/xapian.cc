// SPDX-License-Identifier: Apache-2.0
//
// xapian: the driver of Xapian. The library is under the GPL: this program links it, for comparison
// on one's own machine; nothing of Qiao's two programs does.
//
// One flush for the whole corpus (XAPIAN_FLUSH_THRESHOLD), no term list table (it serves deletion and
// query expansion only), no syncing, then compact. Words as TermGenerator makes them, unstemmed.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>
#include <xapian.h>

#include "bench/peers/driver.h"

namespace {

struct Searcher {
    Xapian::Database database;
    const driver_options *options;
};

using Words = std::vector<std::string>;

bool complain(const Xapian::Error &error)
{
    std::fprintf(stderr, "xapian driver: %s\n", error.get_description().c_str());
    return false;
}

const char *version()
{
    return Xapian::version_string();
}

Xapian::TermGenerator generator()
{
    Xapian::TermGenerator terms;
    terms.set_stemming_strategy(terms.STEM_NONE);
    terms.set_max_word_length(240);
    return terms;
}

void write_database(const driver_options *o, const std::string &path, index_facts *facts)
{
    tsv tsv;
    if (!tsv_open(o->input, &tsv))
        std::exit(2);
    Xapian::WritableDatabase database(path, Xapian::DB_CREATE_OR_OVERWRITE | Xapian::DB_NO_SYNC |
                                                Xapian::DB_DANGEROUS | Xapian::DB_NO_TERMLIST);
    Xapian::TermGenerator terms = generator();
    const bool positions = std::string(o->postings) == "positions";
    while (tsv_next(&tsv)) {
        const std::string text(tsv.text.data, tsv.text.len);
        Xapian::Document document;
        document.set_data(o->store ? std::string(tsv.id.data, tsv.id.len) + '\t' + text
                                   : std::string(tsv.id.data, tsv.id.len));
        terms.set_document(document);
        terms.set_termpos(0);
        if (positions)
            terms.index_text(text);
        else
            terms.index_text_without_positions(text);
        database.add_document(document);
    }
    database.commit();
    facts->docs = int64_t(tsv.docs);
    facts->text_bytes = int64_t(tsv.text_bytes);
    tsv_close(&tsv);
}

bool index_tsv(const driver_options *o, index_facts *facts)
{
    const std::string loose = std::string(o->directory) + ".loose";
    if (o->threads != 1 || o->reorder || std::string(o->postings) == "docs")
        driver_unsupported("--threads, --reorder, an index without frequencies");
    setenv("XAPIAN_FLUSH_THRESHOLD", "1000000000", 1);
    try {
        write_database(o, loose, facts);
        Xapian::Database(loose).compact(o->directory, Xapian::DBCOMPACT_NO_RENUMBER);
        std::filesystem::remove_all(loose);
        return true;
    } catch (const Xapian::Error &error) {
        return complain(error);
    }
}

bool describe(const driver_options *o, index_facts *facts)
{
    for (const auto &entry : std::filesystem::directory_iterator(o->directory))
        facts_part(facts, entry.path().stem().c_str(), entry.file_size());
    facts->tokens = int64_t(Xapian::Database(o->directory).get_total_length());
    return true;
}

void *open_index(const driver_options *o)
{
    try {
        return new Searcher{Xapian::Database(o->directory), o};
    } catch (const Xapian::Error &error) {
        complain(error);
        return nullptr;
    }
}

// The words of the query as the index has them, in order.
void *prepare(void *self, text_view text)
{
    const auto kind = static_cast<Searcher *>(self)->options->kind;
    Xapian::Document document;
    Xapian::TermGenerator terms = generator();
    terms.set_document(document);
    terms.index_text(std::string(text.data, text.len));
    Words words;
    for (auto term = document.termlist_begin(); term != document.termlist_end(); ++term) {
        for (auto at = term.positionlist_begin(); at != term.positionlist_end(); ++at) {
            if (words.size() < *at)
                words.resize(*at);
            words[*at - 1] = *term;
        }
    }
    if (kind == CLASS_TERM && words.size() > 1)
        words.resize(1);
    return new Words(words);
}

Xapian::Enquire enquiry(const Searcher *searcher, const Words &words)
{
    static const Xapian::Query::op operators[] = {Xapian::Query::OP_OR, Xapian::Query::OP_AND,
                                                  Xapian::Query::OP_PHRASE, Xapian::Query::OP_OR};
    Xapian::Enquire enquire(searcher->database);
    enquire.set_query(
        Xapian::Query(operators[searcher->options->kind], words.begin(), words.end()));
    enquire.set_weighting_scheme(Xapian::BM25Weight(0.9, 0, 1000, 0.4, 0));
    enquire.set_docid_order(Xapian::Enquire::ASCENDING);
    return enquire;
}

int64_t count(void *self, void *query)
{
    const auto *const searcher = static_cast<Searcher *>(self);
    try {
        Xapian::Enquire enquire = enquiry(searcher, *static_cast<Words *>(query));
        enquire.set_weighting_scheme(Xapian::BoolWeight());
        return enquire.get_mset(0, 0, searcher->database.get_doccount()).get_matches_estimated();
    } catch (const Xapian::Error &error) {
        complain(error);
        return -1;
    }
}

int64_t run(void *self, void *query)
{
    const auto *const searcher = static_cast<Searcher *>(self);
    if (searcher->options->count)
        return count(self, query);
    try {
        return enquiry(searcher, *static_cast<Words *>(query))
            .get_mset(0, searcher->options->k)
            .size();
    } catch (const Xapian::Error &error) {
        complain(error);
        return -1;
    }
}

bool ids(void *self, void *query, FILE *out)
{
    const auto *const searcher = static_cast<Searcher *>(self);
    try {
        const Xapian::MSet found = enquiry(searcher, *static_cast<Words *>(query))
                                       .get_mset(0, searcher->options->k);
        for (auto hit = found.begin(); hit != found.end(); ++hit) {
            const std::string data = hit.get_document().get_data();
            std::fprintf(out, " %s", data.substr(0, data.find('\t')).c_str());
        }
        return true;
    } catch (const Xapian::Error &error) {
        return complain(error);
    }
}

} // namespace

int main(int argc, char **argv)
{
    engine engine = {};
    engine.name = "xapian";
    engine.version = version;
    engine.index = index_tsv;
    engine.describe = describe;
    engine.open = open_index;
    engine.prepare = prepare;
    engine.run = run;
    engine.count = count;
    engine.ids = ids;
    return driver_main(&engine, argc, argv);
}
