function Read-HvoImage {
    <#
    .SYNOPSIS
        Returns what a golden image is, from the file itself; nothing is mounted or changed.
    .DESCRIPTION
        Format is VHDX, VHD, Other, or Damaged with the Problem; Unknown with the Problem if the file cannot be opened. The other
        properties are null unless the format is VHDX. What an image holds that was not closed cleanly is known only to who replays
        its log: Clean is then false.
    .OUTPUTS
        Object: Format, Problem, Clean, DataId, DiskId, HasParent, Style, HasEfi.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    $image = [PSCustomObject]@{
        Format = 'Unknown'; Problem = ''; Clean = $null; DataId = $null; DiskId = $null; HasParent = $null; Style = $null; HasEfi = $null
    }
    try {
        $stream = [System.IO.File]::Open($Path, 'Open', 'Read', 'ReadWrite')
    } catch {
        $image.Problem = $_.Exception.GetBaseException().Message
        return $image
    }
    try {
        $image.Format = 'Other'
        if ($stream.Length -lt 512) { return $image }
        $start = [System.Text.Encoding]::ASCII.GetString((Read-HvoByte -Stream $stream -Offset 0 -Count 8))
        if ($start -cne 'vhdxfile') {
            $end = [System.Text.Encoding]::ASCII.GetString((Read-HvoByte -Stream $stream -Offset ($stream.Length - 512) -Count 8))
            if (@($start, $end) -ccontains 'conectix') { $image.Format = 'VHD' }
            return $image
        }
        $image.Format = 'VHDX'
        $header = Read-HvoVhdxHeader -Stream $stream
        $image.Clean, $image.DataId = $header.Clean, $header.DataId
        $layout = Read-HvoVhdxLayout -Stream $stream
        $image.HasParent, $image.DiskId = $layout.HasParent, $layout.DiskId
        if (-not $layout.HasParent) {
            $partition = Read-HvoPartition -Stream $stream -Layout $layout
            $image.Style, $image.HasEfi = $partition.Style, $partition.HasEfi
        }
    } catch {
        $cause = $_.Exception.GetBaseException()
        # Numbers that fit nothing lead to all kinds of errors.
        $image.Format = if ($cause -is [System.IO.IOException]) { 'Unknown' } else { 'Damaged' }
        $image.Problem = $cause.Message
    } finally {
        $stream.Dispose()
    }
    return $image
}
