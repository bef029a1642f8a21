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
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $Entries
    )
    $lines = [ordered]@{}
    foreach ($entry in $Entries) {
        $uid, $journal = $entry.Uid, $entry.Journal
        if ($null -eq $journal -or -not $journal.run_id) { continue }
        if ($lines.Contains($uid) -and $lines[$uid].attempt -ge $journal.attempt) { continue }
        $line = [ordered]@{ type = 'journal' }
        foreach ($key in 'machine_uid', 'run_id', 'generation', 'attempt', 'vm_id', 'state', 'steps', 'reason', 'code') {
            $line[$key] = $journal[$key]
        }
        $line.locked = $entry.Locked
        $line.updated_at = $journal.updated_at
        $line.folder = $entry.Machines
        $lines[$uid] = $line
    }
    return $lines.Values
}
