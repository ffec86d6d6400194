/**
 * What hosts and topics a permission can name. They stand in the lines by which people decide what an app may do: none can look like
 * more than one name, or like words of Kanchi.
 */

/** Names of the DNS, IPv4 and IPv6 addresses. */
export const HOST_PATTERN = /^[A-Za-z0-9.:-]+$/u;

/** What paths and queries of URLs are written with (RFC 3986), and other ASCII but blanks, the double quote and the backslash. */
export const TOPIC_PATTERN = /^[!#-[\]-~]+$/u;
