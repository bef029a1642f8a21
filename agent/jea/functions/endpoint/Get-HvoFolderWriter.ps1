function Get-HvoFolderWriter {
    <#
    .SYNOPSIS
        Returns the owner of a folder and the accounts that may change it.
    .PARAMETER Path
        The folder.
    .OUTPUTS
        Strings: SIDs.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    $change = [System.Security.AccessControl.FileSystemRights]('Write, Delete, DeleteSubdirectoriesAndFiles, ' +
        'ChangePermissions, TakeOwnership')
    $rights = Get-Acl -LiteralPath $Path
    $rights.GetOwner([System.Security.Principal.SecurityIdentifier]).Value
    foreach ($rule in $rights.GetAccessRules($true, $true, [System.Security.Principal.SecurityIdentifier])) {
        if ($rule.AccessControlType -eq 'Allow' -and ($rule.FileSystemRights -band $change) -ne 0) {
            $rule.IdentityReference.Value
        }
    }
}
