function Set-HvoProtectedFolder {
    <#
    .SYNOPSIS
    Makes a folder that nobody but SYSTEM (and, if wanted, Administrators) can read or write.
    .DESCRIPTION
    Inheritance is cut: everybody may create files below ProgramData. What is in the folder takes its rights from it.
    .PARAMETER Path
    The folder; it may exist.
    .PARAMETER Administrators
    Let Administrators in too.
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
    # Administrators can be made the owner by any administrator, SYSTEM by SYSTEM alone.
    $rights.SetOwner([System.Security.Principal.SecurityIdentifier]::new($identities[-1]))
    Set-Acl -LiteralPath $Path -AclObject $rights
}
