function Get-HvoJournalInventory {
    <#
    .SYNOPSIS
        Returns the journals' lines of the inventory.
    .OUTPUTS
        Ordered dictionaries.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    if (-not [System.IO.Directory]::Exists($Context.Machines)) { return }
    foreach ($folder in [System.IO.Directory]::GetDirectories($Context.Machines)) {
        $uid = [System.IO.Path]::GetFileName($folder)
        if ($uid -cnotmatch '\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z') { continue }
        # Tested before the journal is read, so that the journal is not older than the lock's state.
        $locked = Test-HvoMachineLocked $folder
        $journal = Read-HvoJournal -Path (Join-Path $folder 'journal.json')
        if ($null -eq $journal -or -not $journal.run_id) { continue }
        $line = [ordered]@{ type = 'journal' }
        foreach ($key in 'machine_uid', 'run_id', 'generation', 'attempt', 'vm_id', 'state', 'steps', 'reason', 'code') {
            $line[$key] = $journal[$key]
        }
        $line.locked = [bool]$locked
        $line.updated_at = $journal.updated_at
        $line
    }
}
