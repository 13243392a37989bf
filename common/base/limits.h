/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits: every limit of Qiao, in one place, with the field that sets it.
 *
 * Code, documents (docs/FORMAT.md, docs/CORPUS.md) and tests refer to these names; reaching one is
 * STATUS_LIMIT or a reported bad record, never a wrapped number.
 */
#ifndef QIAO_BASE_LIMITS_H
#define QIAO_BASE_LIMITS_H

/* Passage numbers are 32 bits wide and 2^32 - 1 means "none" (the end of a posting list). */
#define LIMIT_PASSAGES 0xfffffff0u

/* Document numbers likewise. */
#define LIMIT_DOCUMENTS 0xfffffff0u

/* Bytes of one document's text: offsets into it are 32 bits wide, signed differences fit too. */
#define LIMIT_DOCUMENT_BYTES 0x7fffffffu

/* Bytes of one record as it stands in its file: a line, an object, a file that is one document.
 * Longer ones are refused. A shelf of novels fits; memory and time for one record stay bounded. */
#define LIMIT_RECORD_BYTES (64u << 20)

/* Bytes of an id, title, url or path: longer ones are refused (ids) or cut (the others). */
#define LIMIT_ID_BYTES    4096
#define LIMIT_TITLE_BYTES 65536
#define LIMIT_URL_BYTES   65536

/* Characters of a token; longer words are cut into pieces of this many (as Lucene does). */
#define LIMIT_TOKEN_CHARACTERS 255

/* Bytes of a term or form: 255 characters of at most 4 bytes, doubled because NFKC may expand. A
 * form that would be longer is cut at a character. */
#define LIMIT_TERM_BYTES 2048

/* Tokens of a title that stand in front of each passage (profile-independent), except in `whole`
 * mode, where the whole title does. */
#define LIMIT_TITLE_TOKENS 32

/* `paragraphs`: a passage is packed to about the first, never over the second (words), and never
 * over the third (tokens with the title), so that its length fits a byte. */
#define PASSAGE_WORDS_AIM   120
#define PASSAGE_WORDS_MOST  200
#define PASSAGE_TOKENS_MOST 255

/* Query text: bytes read, nesting of groups, leaves. */
#define LIMIT_QUERY_BYTES   65536
#define LIMIT_QUERY_NESTING 64
#define LIMIT_QUERY_LEAVES  16384

/* Forms that one prefix, wildcard or fuzzy word stands for, the commonest; such words in a query,
 * each of which may cost a walk through all forms; operands of one chain of NEAR. */
#define LIMIT_QUERY_EXPANSIONS 1024
#define LIMIT_QUERY_PATTERNS   32
#define LIMIT_QUERY_OPERANDS   16

/* Words of one NEAR, phrases counted by their words. */
#define LIMIT_NEAR_WORDS 64

#endif
