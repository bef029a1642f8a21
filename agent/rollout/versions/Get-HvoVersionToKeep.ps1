function Get-HvoVersionToKeep {
    <#
    .SYNOPSIS
        Returns the names of the versions that a prune keeps; fails with InvalidRequest if the header does not list them.
    .OUTPUTS
        Strings of 16 hexadecimal digits.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [object] $Header
    )
    $keep = $Header.PSObject.Properties['keep']
    if ($null -eq $keep -or -not ($keep.Value -is [array])) {
        Stop-HvoRollout -Code InvalidRequest -Message 'The header does not list what to keep.'
    }
    foreach ($name in $keep.Value) {
        if (-not ($name -is [string]) -or $name -cnotmatch '\A[0-9a-f]{16}\z') {
            Stop-HvoRollout -Code InvalidRequest -Message ("'$name' in keep is not the name of a version, 16 hexadecimal " +
                'digits. Nothing was removed.')
        }
    }
    return $keep.Value
}
