function New-FakeDisk {
    <#
    .SYNOPSIS
    Creates a small file in place of a virtual disk; it describes the disk as JSON.
    #>
    param([string] $Path, [string] $Type, [uint64] $Size, [object] $Parent)
    $content = [ordered] @{ vhdx = $Type; size = $Size; parent = $Parent }
    [System.IO.File]::WriteAllText($Path, (ConvertTo-Json -InputObject $content -Compress))
}

function Read-FakeDisk {
    <#
    .SYNOPSIS
    Returns type, size and parent of a virtual disk's file; a file that says nothing of them is a dynamic disk.
    #>
    param([string] $Path)
    $file = New-Object System.IO.FileInfo($Path)
    $reader = New-Object System.IO.StreamReader($Path)
    try {
        $buffer = New-Object char[] 4096
        $head = New-Object string($buffer, 0, $reader.Read($buffer, 0, 4096))
    } finally {
        $reader.Dispose()
    }
    if ($head.StartsWith('{"vhdx":')) { return ConvertFrom-Json -InputObject $head }
    [pscustomobject] @{ vhdx = 'Dynamic'; size = $file.Length; parent = $null }
}

function ConvertTo-FakeVhd {
    <#
    .SYNOPSIS
    Returns the object that Get-VHD gives.
    #>
    param([string] $Path)
    $disk = Read-FakeDisk $Path
    $attached = @(Get-FakeRecord | Where-Object { $_.state -eq 'Running' } | ForEach-Object { $_.disks } | Where-Object { $_.path -eq $Path })
    [pscustomobject] @{
        PSTypeName = 'Microsoft.Vhd.PowerShell.VirtualHardDisk'
        Path = $Path
        VhdFormat = [System.IO.Path]::GetExtension($Path).TrimStart('.').ToUpperInvariant()
        VhdType = [VhdType] $disk.vhdx
        Size = [uint64] $disk.size
        FileSize = [uint64] (New-Object System.IO.FileInfo($Path)).Length
        ParentPath = [string] $disk.parent
        Attached = $attached.Count -gt 0
    }
}
