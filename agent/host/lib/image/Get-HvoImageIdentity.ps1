function Get-HvoImageIdentity {
    <#
    .SYNOPSIS
        Returns what an image is known by, to see later whether it was changed.
    .DESCRIPTION
        data_id is VHDX's own: Hyper-V gives it another value with the first write to the disk, and refuses a differencing disk whose
        parent has another one than it was made with. It is null if it cannot be read.
    .OUTPUTS
        Ordered dictionary: name, clone, size_bytes, written_at, data_id, disk_id.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Clone
    )
    $file = [System.IO.FileInfo]::new($Path)
    $image = Read-HvoImage -Path $Path
    return [ordered]@{
        name = [System.IO.Path]::GetFileNameWithoutExtension($Path); clone = $Clone; size_bytes = [long]$file.Length
        written_at = Get-HvoTimestamp -Time $file.LastWriteTimeUtc; data_id = $image.DataId; disk_id = $image.DiskId
    }
}
