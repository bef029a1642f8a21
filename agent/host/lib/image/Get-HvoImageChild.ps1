function Get-HvoImageChild {
    <#
    .SYNOPSIS
        Returns the records of the images from which the differencing disks of machines were made.
    .PARAMETER Entries
        The machines, as Get-HvoMachineJournal returns them.
    .OUTPUTS
        Ordered dictionaries of Get-HvoImageIdentity, each with machine_uid.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $Entries
    )
    foreach ($entry in $Entries) {
        $journal = $entry.Journal
        if ($null -eq $journal -or $null -eq $journal.image -or $journal.image.clone -ne 'Differencing') { continue }
        if (-not [System.IO.File]::Exists((Join-Path $entry.Folder 'disk.vhdx'))) { continue }
        $record = $journal.image
        $record.machine_uid = $entry.Uid
        $record
    }
}
