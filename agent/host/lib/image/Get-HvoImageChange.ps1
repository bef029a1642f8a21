function Get-HvoImageChange {
    <#
    .SYNOPSIS
        Returns whether an image differs from what it was when disks were made from it.
    .DESCRIPTION
        A file with the same size and time of its last write is the same. Else its data_id decides, so that a copy that was put back
        counts as what it is. Without one, another size is a change, and whether another time is one remains unknown.
    .OUTPUTS
        String: Unchanged, Changed or Unknown.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $Records
    )
    $file = [System.IO.FileInfo]::new($Path)
    $answer = 'Unchanged'
    $now = $null
    foreach ($record in $Records) {
        $same = $record.size_bytes -eq $file.Length
        $time = ConvertFrom-HvoTimestamp $record.written_at
        if ($same -and $null -ne $time -and [Math]::Abs(($time - $file.LastWriteTimeUtc).TotalSeconds) -lt 0.002) { continue }
        if ($null -eq $now) { $now = Read-HvoImage -Path $Path }
        if ($record.data_id -and $now.DataId) {
            if ($record.data_id -ne $now.DataId) { return 'Changed' }
        } elseif (-not $same) {
            return 'Changed'
        } else {
            $answer = 'Unknown'
        }
    }
    return $answer
}
