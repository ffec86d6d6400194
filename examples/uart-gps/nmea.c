#include "nmea.h"

#include <stdlib.h>
#include <string.h>

static int hex_digit(char character)
{
    if (character >= '0' && character <= '9') {
        return character - '0';
    }
    if (character >= 'A' && character <= 'F') {
        return character - 'A' + 10;
    }
    return -1;
}

// `$` body `*` two hex digits: the exclusive or of the bytes of body.
static bool checksum_is_right(const char *line, size_t length)
{
    if (length < 4 || line[length - 3] != '*') {
        return false;
    }
    int high = hex_digit(line[length - 2]);
    int low = hex_digit(line[length - 1]);
    uint8_t sum = 0;
    for (size_t index = 1; index < length - 3; index += 1) {
        sum ^= (uint8_t)line[index];
    }
    return high >= 0 && low >= 0 && sum == high * 16 + low;
}

static void cut_into_fields(nmea_reader *reader, nmea_sentence *sentence)
{
    reader->line[reader->length - 3] = '\0';
    sentence->count = 0;
    char *next = reader->line + 1;
    while (next != NULL && sentence->count < NMEA_MAX_FIELDS) {
        sentence->fields[sentence->count] = next;
        sentence->count += 1;
        next = strchr(next, ',');
        if (next != NULL) {
            *next = '\0';
            next += 1;
        }
    }
}

bool nmea_take(nmea_reader *reader, char byte, nmea_sentence *sentence)
{
    if (byte == '$') {
        reader->length = 0;
        reader->skipping = false;
    } else if (reader->length == 0) {
        return false; // no sentence has begun
    }
    if (reader->skipping || byte == '\r') {
        return false;
    }
    if (byte != '\n') {
        if (reader->length == NMEA_MAX_BYTES) {
            reader->skipping = true;
            reader->too_long += 1;
            return false;
        }
        reader->line[reader->length] = byte;
        reader->length += 1;
        return false;
    }
    bool complete = checksum_is_right(reader->line, reader->length);
    if (complete) {
        cut_into_fields(reader, sentence);
    } else {
        reader->bad_checksums += 1;
    }
    reader->length = 0;
    return complete;
}

// ddmm.mmmm and a hemisphere letter; false when a field is empty or is no such number.
static bool parse_degrees(const char *text, const char *hemisphere, double *degrees)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || hemisphere[0] == '\0') {
        return false;
    }
    int whole = (int)(value / 100.0);
    double result = whole + (value - whole * 100.0) / 60.0;
    *degrees = hemisphere[0] == 'S' || hemisphere[0] == 'W' ? -result : result;
    return true;
}

bool nmea_parse_gga(const nmea_sentence *sentence, nmea_position *position)
{
    // 0 talker and type, 1 time, 2 to 5 position, 6 quality, 7 satellites, 8 dilution, 9 altitude.
    if (sentence->count < 10 || strlen(sentence->fields[0]) != 5 || strcmp(sentence->fields[0] + 2, "GGA") != 0) {
        return false;
    }
    const char *time = sentence->fields[1];
    memset(position, 0, sizeof *position);
    if (strlen(time) >= 6) {
        const char text[] = {time[0], time[1], ':', time[2], time[3], ':', time[4], time[5], '\0'};
        memcpy(position->time, text, sizeof text);
    }
    position->satellites = atoi(sentence->fields[7]);
    position->altitude_metres = strtod(sentence->fields[9], NULL);
    // Without a fix the fields are empty; they are no position at 0, 0.
    position->has_fix =
        atoi(sentence->fields[6]) > 0 &&
        parse_degrees(sentence->fields[2], sentence->fields[3], &position->latitude_degrees) &&
        parse_degrees(sentence->fields[4], sentence->fields[5], &position->longitude_degrees);
    return true;
}
