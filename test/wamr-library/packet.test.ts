import { beforeAll, describe, expect, it } from 'vitest';
import { compileWithLibrary, FrameworkHost, fromHex, hex, hexText } from './framework-host.ts';

const source = `
static uint8_t packet[100];
WAMR_EXPORT(at) const void *at(void) { return packet; }
WAMR_EXPORT(pack_request) uint32_t pack_request(void)
{
    const wamr_request request = {0x01020304, "/lamp?on", WAMR_PUT, WAMR_FORMAT_RAW, "abc", 3, 0xfffffffd};
    wamr_request_pack(&request, packet);
    return wamr_request_size(&request);
}
WAMR_EXPORT(pack_empty_request) uint32_t pack_empty_request(void)
{
    const wamr_request request = {7, "", WAMR_EVENT, WAMR_FORMAT_CONTAINER, NULL, 0, 2};
    wamr_request_pack(&request, packet);
    return wamr_request_size(&request);
}
WAMR_EXPORT(pack_response) uint32_t pack_response(void)
{
    const wamr_response response = {0xa0b0c0d0, WAMR_CONTENT, WAMR_FORMAT_CONTAINER, "xy", 2, 3};
    wamr_response_pack(&response, packet);
    return wamr_response_size(&response);
}
WAMR_EXPORT(too_long) uint32_t too_long(void)
{
    static char url[70000];
    memset(url, 'x', 69999);
    const wamr_request long_url = {0, url, WAMR_GET, 0, NULL, 0, 0};
    const wamr_request long_payload = {0, "/a", WAMR_GET, 0, url, WAMR_MAX_PAYLOAD_BYTES + 1, 0};
    const wamr_response long_response = {0, WAMR_CONTENT, 0, url, WAMR_MAX_PAYLOAD_BYTES + 1, 0};
    return wamr_request_size(&long_url) + wamr_request_size(&long_payload) + wamr_response_size(&long_response);
}
WAMR_EXPORT(read_request) void read_request(const uint8_t *bytes, uint32_t length)
{
    wamr_request r;
    if (!wamr_request_unpack(bytes, length, &r)) {
        printf("invalid\\n");
        return;
    }
    printf("%u %s %d %d %u %u %d\\n", (unsigned)r.mid, r.url, r.action, r.fmt, (unsigned)r.payload_len,
           (unsigned)r.sender, r.payload == NULL ? -1 : *(const char *)r.payload);
}
WAMR_EXPORT(read_response) void read_response(const uint8_t *bytes, uint32_t length)
{
    wamr_response r;
    if (!wamr_response_unpack(bytes, length, &r)) {
        printf("invalid\\n");
        return;
    }
    printf("%u %d %d %u %u %d\\n", (unsigned)r.mid, r.status, r.fmt, (unsigned)r.payload_len, (unsigned)r.receiver,
           r.payload == NULL ? -1 : *(const char *)r.payload);
}
`;

let host: FrameworkHost;
beforeAll(async () => {
  host = new FrameworkHost(await compileWithLibrary(source));
});

const packed = (how: string): string => {
  const length = host.call(how);
  return host.hexAt(host.call('at'), length);
};

const read = (how: string, bytes: string): string | undefined => {
  host.deliver(how, [], fromHex(bytes));
  return host.lines()[0];
};

/** 18 bytes of head, the URL of 9 bytes, the payload of 3. */
const request = `01 03 0062 01020304 fffffffd 0009 00000003 ${hexText('/lamp?on')} 616263`;
const emptyRequest = '01 06 0063 00000007 00000002 0001 00000000 00';
/** 16 bytes of head, the payload of 2. */
const response = '01 45 0063 a0b0c0d0 00000003 00000002 7879';

describe('a packet that the library makes', () => {
  it('is a request of the original, numbers big-endian', () => {
    expect(packed('pack_request')).toBe(hex(request));
    expect(packed('pack_empty_request')).toBe(hex(emptyRequest));
  });

  it('is a response of the original', () => {
    expect(packed('pack_response')).toBe(hex(response));
  });

  it('has no size when URL or payload is too long', () => {
    expect(host.call('too_long')).toBe(0);
  });
});

describe('reading a packet', () => {
  it('gives the fields of a request', () => {
    expect(read('read_request', request)).toBe('16909060 /lamp?on 3 98 3 4294967293 97');
    expect(read('read_request', emptyRequest)).toBe('7  6 99 0 2 -1');
  });

  it('gives the fields of a response', () => {
    expect(read('read_response', response)).toBe('2695938256 69 99 2 3 120');
    expect(read('read_response', '01 84 0000 00000001 00000002 00000000')).toBe('1 132 0 0 2 -1');
  });

  it.each([
    ['another version', `02${hex(request).slice(2)}`],
    ['a byte too many', `${request}00`],
    ['a byte too few', hex(request).slice(0, -2)],
    ['half a head', hex(request).slice(0, 34)],
    ['nothing', ''],
    ['a URL without its end', hex(request).replace('6e00', '6e6e')],
    ['a URL of no bytes', '01 03 0062 01020304 fffffffd 0000 00000000'],
    ['a URL beyond the end', '01 03 0062 01020304 fffffffd ffff 00000003 616200'],
    ['a payload of another length', hex(request).replace('000900000003', '000900000004')],
    ['lengths whose sum is too large', hex(request).replace('000900000003', '0009ffffffff')],
  ])('refuses a request with %s', (_, bytes) => {
    expect(read('read_request', bytes)).toBe('invalid');
  });

  it.each([
    ['another version', `00${hex(response).slice(2)}`],
    ['a byte too many', `${response}00`],
    ['a byte too few', hex(response).slice(0, -2)],
    ['half a head', hex(response).slice(0, 30)],
    ['nothing', ''],
    ['a payload of another length', hex(response).replace('00000002', 'fffffff2')],
  ])('refuses a response with %s', (_, bytes) => {
    expect(read('read_response', bytes)).toBe('invalid');
  });
});
