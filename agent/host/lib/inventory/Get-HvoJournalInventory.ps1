function Get-HvoJournalInventory {
    <#
    .SYNOPSIS
        Returns the journals' lines of the inventory: of a machine that is in several folders, that of the newest launch.
    .OUTPUTS
        Ordered dictionaries.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $lines = [ordered]@{}
    foreach ($machines in $Context.MachineFolders) {
        if (-not [System.IO.Directory]::Exists($machines)) { continue }
        foreach ($folder in [System.IO.Directory]::GetDirectories($machines)) {
            $uid = [System.IO.Path]::GetFileName($folder)
            if ($uid -cnotmatch '\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z') { continue }
            # Tested before the journal is read, so that the journal is not older than the lock's state.
            $locked = Test-HvoMachineLocked $folder
            $journal = Read-HvoJournal -Path (Join-Path $folder 'journal.json')
            if ($null -eq $journal -or -not $journal.run_id) { continue }
            if ($lines.Contains($uid) -and $lines[$uid].attempt -ge $journal.attempt) { continue }
            $line = [ordered]@{ type = 'journal' }
            foreach ($key in 'machine_uid', 'run_id', 'generation', 'attempt', 'vm_id', 'state', 'steps', 'reason', 'code') {
                $line[$key] = $journal[$key]
            }
            $line.locked = [bool]$locked
            $line.updated_at = $journal.updated_at
            $line.folder = $machines
            $lines[$uid] = $line
        }
    }
    return $lines.Values
}
