-- Commands. Nothing of the plugin is loaded before it is used.

if vim.g.loaded_darner then
  return
end
vim.g.loaded_darner = true

local command = vim.api.nvim_create_user_command

command('Darner', function(given)
  require('darner.command').run(given)
end, {
  bang = true,
  complete = function(lead, line)
    return require('darner.history').complete(lead, line)
  end,
  desc = 'darner: patch the range, the function at the cursor, or (with !) the workspace',
  nargs = '*',
  range = true,
})

command('DarnerCancel', function()
  require('darner.patch').cancel()
end, { desc = 'darner: cancel every running patch' })

command('DarnerContext', function()
  require('darner.pages').context()
end, { desc = 'darner: show what the model receives, and why' })

command('DarnerStatus', function()
  require('darner.pages').status()
end, { desc = 'darner: show endpoints, quota and index' })

command('DarnerKeep', function(given)
  require('darner.review').keep(given.bang)
end, { bang = true, desc = 'darner: keep the hunk at the cursor, or (with !) all of this buffer' })

command('DarnerCheck', function()
  require('darner.checks').check()
end, { desc = "darner: run the project's checks on the latest patch" })

command('DarnerRepair', function()
  require('darner.checks').repair()
end, { desc = 'darner: repair the latest patch, whose check failed' })

command('DarnerUndo', function(given)
  require('darner.review').undo(given.bang)
end, { bang = true, desc = 'darner: undo the hunk at the cursor, or (with !) all of this buffer' })
