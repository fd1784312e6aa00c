"""Pocket: data packages, sealed submissions and receipts for phones without a line.

A module registers what a phone may submit (`kinds.register`) and what it takes along
(`parts.provide`); everything between is done here.
"""
