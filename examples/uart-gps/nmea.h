// A reader of NMEA 0183 sentences that takes bytes in any pieces. No input or output, no allocation.
#ifndef NMEA_H
#define NMEA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Longest sentence with `$` and CR LF (NMEA 0183: 82 characters).
#define NMEA_MAX_BYTES 82
#define NMEA_MAX_FIELDS 24

typedef struct nmea_reader {
    char line[NMEA_MAX_BYTES + 1];
    size_t length;
    bool skipping; // a line that is too long, or the rest of one that began before us
    uint32_t bad_checksums;
    uint32_t too_long;
} nmea_reader;

// One sentence without `$` and checksum, cut at its commas. The texts lie in the reader and live until the next byte.
typedef struct nmea_sentence {
    char *fields[NMEA_MAX_FIELDS];
    size_t count;
} nmea_sentence;

typedef struct nmea_position {
    char time[9]; // hh:mm:ss UTC
    bool has_fix;
    double latitude_degrees;
    double longitude_degrees;
    double altitude_metres;
    int satellites;
} nmea_position;

// True when this byte completed a sentence whose checksum is right.
bool nmea_take(nmea_reader *reader, char byte, nmea_sentence *sentence);
// True when the sentence is a GGA of any talker; then position is filled.
bool nmea_parse_gga(const nmea_sentence *sentence, nmea_position *position);

#endif
