import { expect, it } from 'vitest';
import {
  encodeI2cMessages,
  encodeI2cTransaction,
  I2C_FUNCS,
  I2C_RDWR,
  I2C_SLAVE,
  i2cLayout,
} from './i2c-abi.ts';

const writeThenRead = [
  { address: 0x50, isRead: false, length: 1, bufferAddress: 0x7f12_3456_0000n },
  { address: 0x77, isRead: true, length: 0x2000, bufferAddress: 0x7f12_3456_0001n },
];

it('requests have the numbers of linux/i2c-dev.h', () => {
  expect([I2C_SLAVE, I2C_FUNCS, I2C_RDWR]).toEqual([0x0703, 0x0705, 0x0707]);
});

it('struct i2c_msg with pointers of 8 bytes has its buffer at 8 and is 16 bytes long', () => {
  const bytes = new Uint8Array(32);
  encodeI2cMessages(bytes, writeThenRead, 8);
  // prettier-ignore
  expect([...bytes]).toEqual([
    0x50, 0, 0, 0, 1, 0, 0, 0, 0x00, 0x00, 0x56, 0x34, 0x12, 0x7f, 0, 0,
    // I2C_M_RD is 1.
    0x77, 0, 1, 0, 0x00, 0x20, 0, 0, 0x01, 0x00, 0x56, 0x34, 0x12, 0x7f, 0, 0,
  ]);
});

it('struct i2c_msg with pointers of 4 bytes has its buffer at 8 too and is 12 bytes long', () => {
  const bytes = new Uint8Array(12);
  const message = { address: 0x1e, isRead: true, length: 6, bufferAddress: 0xb6f0_0010n };
  encodeI2cMessages(bytes, [message], 4);
  expect([...bytes]).toEqual([0x1e, 0, 1, 0, 6, 0, 0, 0, 0x10, 0x00, 0xf0, 0xb6]);
});

it('struct i2c_rdwr_ioctl_data has the messages and how many they are', () => {
  const wide = new Uint8Array(16);
  encodeI2cTransaction(wide, 0x7f12_3456_0000n, 42, 8);
  expect([...wide]).toEqual([0, 0, 0x56, 0x34, 0x12, 0x7f, 0, 0, 42, 0, 0, 0, 0, 0, 0, 0]);
  const narrow = new Uint8Array(8);
  encodeI2cTransaction(narrow, 0xb6f0_0010n, 2, 4);
  expect([...narrow]).toEqual([0x10, 0x00, 0xf0, 0xb6, 2, 0, 0, 0]);
});

it('layouts name the sizes', () => {
  expect([i2cLayout(8).messageBytes, i2cLayout(8).dataBytes]).toEqual([16, 16]);
  expect([i2cLayout(4).messageBytes, i2cLayout(4).dataBytes]).toEqual([12, 8]);
});
