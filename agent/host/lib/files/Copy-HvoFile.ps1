function Copy-HvoFile {
    <#
    .SYNOPSIS
        Copies a file to a temporary name and renames the copy when it is complete.
    .DESCRIPTION
        The source is held open for reading only meanwhile: other processes may read it, and none may write to it. OnProgress gets
        the copied and the total number of bytes, at most every three seconds. A failed copy is deleted. See
        Select-HvoCopyMethod for how the file is copied; what a volume refuses to clone is copied.
    .OUTPUTS
        String: how it was copied, BlockClone, CopyFileEx or Stream.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Source,
        [Parameter(Mandatory = $true)] [string] $Destination,
        [Parameter()] [scriptblock] $OnProgress = $null
    )
    $partial = Get-HvoPartialPath -Path $Destination
    Remove-HvoFile -Path $partial
    $whole = $false
    $from = $null
    try {
        $from = [System.IO.File]::Open($Source, 'Open', 'Read', 'Read')
        $plan = @{ Length = $from.Length; Native = $from.Length -ge 67108864 -and (Import-HvoNativeCode) }
        if ($plan.Native) {
            $plan.Source = Get-HvoCopyVolume -Path $Source
            $plan.Target = Get-HvoCopyVolume -Path $Destination
            $plan.Sparse = ([System.IO.File]::GetAttributes($Source) -band [System.IO.FileAttributes]::SparseFile) -ne 0
        }
        $method = Select-HvoCopyMethod @plan
        if ($method -ne 'CopyFileEx') {
            $to = [System.IO.File]::Open($partial, 'Create', 'ReadWrite', 'None')
            try {
                if ($method -eq 'BlockClone') {
                    try {
                        Copy-HvoBlock -From $from -To $to -OnProgress $OnProgress
                    } catch {
                        $cause = $_.Exception.GetBaseException().Message
                        Write-HvoLog -Message "The volume does not clone the file, which is copied instead: $cause"
                        $method = 'CopyFileEx'
                    }
                } else {
                    # Allocates the whole file first, so that a full disk fails now and not after an hour.
                    $to.SetLength($from.Length)
                    Copy-HvoStream -From $from -To $to -OnProgress $OnProgress
                }
                $to.Flush($true)
            } finally {
                $to.Dispose()
            }
        }
        if ($method -eq 'CopyFileEx') {
            Remove-HvoFile -Path $partial
            Copy-HvoFileByWindows -Source $Source -Destination $partial -Length $from.Length -OnProgress $OnProgress
        }
        $whole = $true
    } finally {
        if ($null -ne $from) { $from.Dispose() }
        if (-not $whole -and [System.IO.File]::Exists($partial)) { Remove-HvoFile -Path $partial }
    }
    Move-HvoFile -Path $partial -Destination $Destination -New -WaitSeconds 60
    return $method
}
