"""The group `/seed` and the menu “Use as seed”. Checks and answers; reading and playing is others'."""

from contextlib import suppress
from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from cogs._shared.clip_shelf import ClipShelf
from cogs._shared.escaping import escaped
from cogs._shared.failures import log_failure, reply_privately_instead
from cogs._shared.open_jobs import OpenJobs
from cogs._shared.options import Name, clips_like, offered
from cogs._shared.recent_clips import RecentClips
from cogs._shared.scene_modal import LineModal
from cogs._shared.seed_names import SeedName, named_seed, own_seed, seed_music, seeds_like
from cogs._shared.sources import clip_source
from cogs._shared.status_message import NamedFile, attachments
from cogs._shared.suggestions import Choices
from cogs._shared.wording import localised, wording_for
from cogs.seeds.items import page_view
from cogs.seeds.messages import PAGE, file_name, page_embed, seed_embed, sheet_files
from cogs.seeds.playing import PlayJob
from cogs.seeds.reading import read_music
from domain.errors import BadRequest, NightingaleError, Reason, Unavailable
from domain.seeds import MAX_NAME, Seed, clean_name
from domain.sheets import SheetRequest
from engine.client import Engine, outcome_of
from storage import MAX_SEEDS, Storage, StoredSeed

Notes = app_commands.Range[str, 1, 6000]
"""No longer than Discord lets an option be."""


class Seeds(commands.Cog):
    """Answers go to the person alone, but for what is played."""

    seed = app_commands.Group(
        name=localised("command.seed.name"),
        description=localised("command.seed.description"),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
    )

    def __init__(
        self,
        tree: app_commands.CommandTree[Any],
        *,
        engine: Engine,
        storage: Storage,
        shelf: ClipShelf,
        recent: RecentClips,
    ) -> None:
        self._tree = tree
        self._engine = engine
        self._storage = storage
        self._seeds = storage.seeds
        self._shelf = shelf
        self._recent = recent
        self._playing = OpenJobs()
        self._menu = app_commands.ContextMenu(
            name=localised("menu.use_as_seed"),
            callback=self.use_as_seed,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
        )

    async def cog_load(self) -> None:
        self._tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        self._tree.remove_command(self._menu.name, type=self._menu.type)
        await self._playing.close()

    @seed.command(
        name=localised("command.seed_save.name"), description=localised("command.seed_save.description")
    )
    @offered(name="new_seed", clip="seed_clip", notes="notes", file="seed_file", replace="replace")
    async def save(
        self,
        interaction: discord.Interaction,
        name: SeedName,
        clip: Name | None = None,
        notes: Notes | None = None,
        file: discord.Attachment | None = None,
        replace: bool = False,
    ) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        name = clean_name(name)
        await self._seeds.check_free(name, user_id=interaction.user.id, replace=replace)
        source = await read_music(
            interaction, title=name, clip=clip, notes=notes, file=file, shelf=self._shelf
        )
        await self._keep(interaction, Seed.of(name, source), replace=replace)

    @seed.command(
        name=localised("command.seed_list.name"), description=localised("command.seed_list.description")
    )
    async def list_seeds(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show_page(interaction, 1)

    @seed.command(
        name=localised("command.seed_show.name"), description=localised("command.seed_show.description")
    )
    @offered(name="seed_called")
    async def show(self, interaction: discord.Interaction, name: SeedName) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        wording = wording_for(interaction.locale)
        seed = await named_seed(interaction, name, seeds=self._seeds)
        embed = seed_embed(seed.name, seed.source, wording, seed=seed)
        request = SheetRequest(title=seed.name, score=seed.source.score)
        failed, files = None, list[NamedFile]()
        try:
            sheet = await outcome_of(self._engine.engrave(request, owner=interaction.user.id))
        except NightingaleError as error:  # the notes are told all the same
            failed = log_failure(error, about=f"engraving seed {seed.id}").text(wording)
        else:
            files = sheet_files(seed.id, sheet)
        await interaction.edit_original_response(content=failed, embed=embed, attachments=attachments(files))

    @seed.command(
        name=localised("command.seed_play.name"), description=localised("command.seed_play.description")
    )
    @offered(name="seed_called")
    async def play(self, interaction: discord.Interaction, name: SeedName) -> None:
        await interaction.response.defer(thinking=True)
        try:
            seed = await named_seed(interaction, name, seeds=self._seeds)
        except (BadRequest, Unavailable) as error:
            text = log_failure(error, about="/seed play").text(wording_for(interaction.locale))
            await reply_privately_instead(interaction, text)
            return
        job = PlayJob(interaction, seed_music(seed), file_name=file_name(seed.id), engine=self._engine)
        self._playing.start(job, [job.number])

    @seed.command(
        name=localised("command.seed_rename.name"), description=localised("command.seed_rename.description")
    )
    @offered(name="seed_called", new_name="new_name")
    async def rename(self, interaction: discord.Interaction, name: SeedName, new_name: SeedName) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        seed = await own_seed(interaction, name, seeds=self._seeds)
        await self._seeds.rename(seed.id, new_name)
        await self._say(interaction, "seed.renamed", name=seed.name, new=clean_name(new_name))

    @seed.command(
        name=localised("command.seed_share.name"), description=localised("command.seed_share.description")
    )
    @offered(name="seed_called")
    async def share(self, interaction: discord.Interaction, name: SeedName) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild_id = interaction.guild_id
        if guild_id is None:
            raise BadRequest(Reason.NO_SERVER_TO_SHARE_WITH)
        seed = await self._shareable(interaction, name)
        if seed.owner is None:
            owner = " ".join(interaction.user.display_name.split())
            await self._seeds.share(seed.id, guild_id=guild_id, owner=owner)
            await self._say(interaction, "seed.now_shared", name=seed.name)
        else:
            await self._seeds.unshare(seed.id, guild_id=guild_id)
            await self._say(interaction, "seed.no_longer_shared", name=seed.name)

    @seed.command(
        name=localised("command.seed_delete.name"), description=localised("command.seed_delete.description")
    )
    @offered(name="seed_called")
    async def delete(self, interaction: discord.Interaction, name: SeedName) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        seed = await own_seed(interaction, name, seeds=self._seeds)
        await self._seeds.delete(seed.id)
        await self._say(interaction, "seed.deleted", name=seed.name)

    @save.autocomplete("clip")
    async def suggest_clips(self, interaction: discord.Interaction, typed: str) -> Choices:
        return await clips_like(typed, interaction, self._recent)

    @show.autocomplete("name")
    @play.autocomplete("name")
    async def suggest_seeds(self, interaction: discord.Interaction, typed: str) -> Choices:
        return await seeds_like(typed, interaction, seeds=self._seeds)

    @rename.autocomplete("name")
    @share.autocomplete("name")
    @delete.autocomplete("name")
    async def suggest_own(self, interaction: discord.Interaction, typed: str) -> Choices:
        return await seeds_like(typed, interaction, seeds=self._seeds, mine_only=True)

    async def use_as_seed(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """The menu on a message: ask for a name, and keep the piece that stands in it."""
        work_id = await self._storage.postings.work_of(message.id)
        if work_id is None:
            raise BadRequest(Reason.NO_WORK_IN_MESSAGE)
        place = {"guild_id": interaction.guild_id, "channel_id": interaction.channel_id}
        clip = await self._storage.clips.get(work_id, **place)
        if clip is None:
            verse = await self._storage.verses.get(work_id, **place)
            reason = Reason.NOT_FOUND if verse is None else Reason.NO_MUSIC
            raise BadRequest(reason, value=f"#{work_id}")

        async def keep(interaction: discord.Interaction, name: str) -> None:
            await interaction.response.defer(ephemeral=True, thinking=True)
            name = clean_name(name)
            await self._seeds.check_free(name, user_id=interaction.user.id)
            source = await clip_source(interaction, work_id, shelf=self._shelf)
            await self._keep(interaction, Seed.of(name, source))

        wording = wording_for(interaction.locale)
        suggested = await self._free_name(clip.title, user_id=interaction.user.id)
        line: ui.TextInput[LineModal] = ui.TextInput(custom_id="name", default=suggested, max_length=MAX_NAME)
        await interaction.response.send_modal(
            LineModal(
                keep,
                line,
                title=wording("modal.seed_title"),
                label=wording("modal.seed_name"),
                about=f"a seed of #{work_id}",
            )
        )

    async def turn_to(self, interaction: discord.Interaction, page: int) -> None:
        """📃: leaf to a page of the list."""
        await interaction.response.defer()
        await self._show_page(interaction, page)

    async def stop(self, interaction: discord.Interaction, number: int) -> None:
        """❌: stop playing what the interaction of that number asked for."""
        await self._playing.cancel(interaction, number, name="🌱")

    async def _show_page(self, interaction: discord.Interaction, page: int) -> None:
        """Fill the message with a page of what the person sees; the last one, where there are fewer."""
        user_id, guild_id = interaction.user.id, interaction.guild_id

        async def seeds_of(page: int) -> tuple[list[StoredSeed], int]:
            offset = PAGE * (page - 1)
            seeds, count = await self._seeds.page(
                user_id=user_id, guild_id=guild_id, offset=offset, limit=PAGE
            )
            return seeds, max(-(-count // PAGE), 1)

        page = max(page, 1)
        seeds, pages = await seeds_of(page)
        if page > pages:
            page = pages
            seeds, pages = await seeds_of(page)
        wording = wording_for(interaction.locale)
        await interaction.edit_original_response(
            embed=page_embed(seeds, wording, user_id=user_id, page=page, pages=pages),
            view=page_view(page, pages, wording),
        )

    async def _keep(self, interaction: discord.Interaction, seed: Seed, *, replace: bool = False) -> None:
        """Save it, and say how its music was understood."""
        await self._seeds.save(seed, user_id=interaction.user.id, replace=replace)
        wording = wording_for(interaction.locale)
        text = wording("seed.kept", name=escaped(seed.name))
        embed = seed_embed(seed.name, seed.source, wording)
        await interaction.edit_original_response(content=text, embed=embed)

    async def _shareable(self, interaction: discord.Interaction, name: str) -> StoredSeed:
        """The person's own seed; for who may manage messages here, also one that others share.

        Raises BadRequest (NO_OWN_SEED).
        """
        try:
            return await own_seed(interaction, name, seeds=self._seeds)
        except BadRequest:
            if not interaction.permissions.manage_messages:
                raise
            with suppress(BadRequest):
                return await named_seed(interaction, name, seeds=self._seeds)
            raise

    async def _free_name(self, title: str, *, user_id: int) -> str:
        """What to call a seed of that title: a name that the person has not given yet."""
        for number in range(1, MAX_SEEDS + 2):
            ending = "" if number == 1 else f" {number}"
            name = title[: MAX_NAME - len(ending)].rstrip() + ending
            with suppress(BadRequest):
                await self._seeds.check_free(name, user_id=user_id)
                return name
        return ""

    async def _say(self, interaction: discord.Interaction, key: str, **names: str) -> None:
        text = wording_for(interaction.locale)(key, **{name: escaped(value) for name, value in names.items()})
        await interaction.edit_original_response(content=text)
