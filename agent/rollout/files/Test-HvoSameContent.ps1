function Test-HvoSameContent {
    <#
    .SYNOPSIS
        Returns whether a file exists and has the content of another.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Other
    )
    if (-not [System.IO.File]::Exists($Other)) { return $false }
    return (ConvertTo-HvoHex (Get-HvoSha256 -Path $Path)) -ceq (ConvertTo-HvoHex (Get-HvoSha256 -Path $Other))
}
