function Set-HvoLocalAdministrator {
    <#
    .SYNOPSIS
        Ensures that the local administrator exists with the given name and password, and is enabled.
    .DESCRIPTION
        An existing account with the name is used. Otherwise the built-in administrator is renamed if it is enabled. If it
        is disabled, a new account is created. The password does not expire: nothing here would replace it, and the
        machine could no longer be administered.
    .PARAMETER Fields
        The fields of the guest data.
    .OUTPUTS
        System.Boolean, always false, because no restart is needed. Throws PasswordRefused.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    $name = $Fields.guest_la_uid
    try {
        if ($null -eq (Find-HvoLocalUser -Name $name)) {
            $builtIn = Find-HvoLocalUser
            if ($null -ne $builtIn -and $builtIn.Enabled) {
                Rename-LocalUser -Name $builtIn.Name -NewName $name
            } else {
                $null = New-LocalUser -Name $name -Password $Fields.guest_la_pw
            }
        }
        Set-LocalUser -Name $name -Password $Fields.guest_la_pw -PasswordNeverExpires $true
        Enable-LocalUser -Name $name
    } catch {
        if ($_.FullyQualifiedErrorId -clike 'InvalidPassword*') { throw (New-HvoStepFailure -Code PasswordRefused) }
        throw
    }
    # The name of the group depends on the language of the image; its SID does not.
    try {
        Add-LocalGroupMember -SID 'S-1-5-32-544' -Member $name
    } catch {
        if ($_.FullyQualifiedErrorId -cnotlike 'MemberExists*') { throw }
    }
    return $false
}
