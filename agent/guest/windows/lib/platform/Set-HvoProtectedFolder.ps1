function Set-HvoProtectedFolder {
    <#
    .SYNOPSIS
        Creates a folder that only SYSTEM, and optionally Administrators, can access, or restricts an existing one.
    .DESCRIPTION
        Inheritance is disabled, because everybody may create files below ProgramData. Files in the folder inherit its
        permissions.
    .PARAMETER Path
        The folder.
    .PARAMETER Administrators
        Grant access to Administrators, too.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter()] [switch] $Administrators
    )
    $null = [System.IO.Directory]::CreateDirectory($Path)
    $identities = @('S-1-5-18')
    if ($Administrators) { $identities += 'S-1-5-32-544' }
    $rights = [System.Security.AccessControl.DirectorySecurity]::new()
    $rights.SetAccessRuleProtection($true, $false)
    foreach ($identity in $identities) {
        $sid = [System.Security.Principal.SecurityIdentifier]::new($identity)
        $rule = [System.Security.AccessControl.FileSystemAccessRule]::new(
            $sid, 'FullControl', 'ContainerInherit, ObjectInherit', 'None', 'Allow')
        $rights.AddAccessRule($rule)
    }
    # An administrator can make Administrators the owner, but only SYSTEM can make SYSTEM the owner.
    $rights.SetOwner([System.Security.Principal.SecurityIdentifier]::new($identities[-1]))
    Set-Acl -LiteralPath $Path -AclObject $rights
}
