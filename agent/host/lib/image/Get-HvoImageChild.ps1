function Get-HvoImageChild {
    <#
    .SYNOPSIS
        Returns the records of the images from which the differencing disks in a folder of machines were made.
    .OUTPUTS
        Ordered dictionaries of Get-HvoImageIdentity, each with machine_uid.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string] $Machines
    )
    if (-not [System.IO.Directory]::Exists($Machines)) { return }
    foreach ($folder in [System.IO.Directory]::GetDirectories($Machines)) {
        $uid = [System.IO.Path]::GetFileName($folder)
        if ($uid -cnotmatch '\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z') { continue }
        if (-not [System.IO.File]::Exists((Join-Path $folder 'disk.vhdx'))) { continue }
        $journal = Read-HvoJournal -Path (Join-Path $folder 'journal.json')
        if ($null -eq $journal -or $null -eq $journal.image -or $journal.image.clone -ne 'Differencing') { continue }
        $record = $journal.image
        $record.machine_uid = $uid
        $record
    }
}
