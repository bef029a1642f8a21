function Get-HvoPartialPath {
    <#
    .SYNOPSIS
        Returns the name that a file has until it is complete: disk.vhdx is disk.partial.vhdx.
    .DESCRIPTION
        The extension stays, because antivirus exclusions for Hyper-V name extensions.
    .OUTPUTS
        String: the path.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    return [System.IO.Path]::ChangeExtension($Path, 'partial' + [System.IO.Path]::GetExtension($Path))
}
