function Get-HvoMachineJournal {
    <#
    .SYNOPSIS
        Returns the machines in a folder of machines with their journals.
    .DESCRIPTION
        With TestLock, Locked says whether a process holds the machine's lock; otherwise it is null.
    .OUTPUTS
        Objects with Uid, Machines (the folder of machines), Folder, Locked and Journal (of Read-HvoJournal, or null).
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [string] $Machines,
        [Parameter()] [switch] $TestLock
    )
    if (-not [System.IO.Directory]::Exists($Machines)) { return }
    foreach ($folder in [System.IO.Directory]::GetDirectories($Machines)) {
        $uid = [System.IO.Path]::GetFileName($folder)
        if ($uid -cnotmatch '\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z') { continue }
        # Tested before the journal is read, so that the journal is not older than the lock's state.
        $locked = if ($TestLock) { [bool](Test-HvoMachineLocked $folder) } else { $null }
        $journal = Read-HvoJournal -Path (Join-Path $folder 'journal.json')
        [PSCustomObject]@{ Uid = $uid; Machines = $Machines; Folder = $folder; Locked = $locked; Journal = $journal }
    }
}
