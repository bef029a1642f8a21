function Get-HvoUploadFolder {
    <#
    .SYNOPSIS
        Returns the path of an upload's folder: <versions>\.incoming-<upload>.
    .OUTPUTS
        String: the path.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [object] $Header,
        [Parameter(Mandatory = $true)] [string] $Versions
    )
    $upload = [string](Get-HvoProperty $Header 'upload')
    if ($upload -cnotmatch '\A[0-9a-f]{32}\z') {
        Stop-HvoRollout -Code InvalidRequest -Message "The upload '$upload' is not 32 hexadecimal digits."
    }
    return Join-Path $Versions ".incoming-$upload"
}
