function Set-HvoLocalAdministrator {
    <#
    .SYNOPSIS
    Makes sure that the local administrator exists under the wanted name, with the wanted password, enabled.
    .DESCRIPTION
    An account of that name is used. Otherwise the built-in administrator is renamed if the image has it enabled, so that
    no account with the image's own password is left; if it is disabled, an account is made.
    .PARAMETER Fields
    The guest's fields.
    .OUTPUTS
    System.Boolean: false, as no restart is needed.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    $name = $Fields.guest_la_uid
    try {
        $account = Get-LocalUser -Name $name -ErrorAction SilentlyContinue
        if ($null -eq $account) {
            $builtIn = $null
            foreach ($one in @(Get-LocalUser)) { if ([string]$one.SID -like 'S-1-5-21-*-500') { $builtIn = $one } }
            if ($null -ne $builtIn -and $builtIn.Enabled) { Rename-LocalUser -Name $builtIn.Name -NewName $name }
            else { $null = New-LocalUser -Name $name -Password $Fields.guest_la_pw }
        }
        Set-LocalUser -Name $name -Password $Fields.guest_la_pw
        Enable-LocalUser -Name $name
    }
    catch {
        if ($_.FullyQualifiedErrorId -like 'InvalidPassword*') { throw (New-HvoStepFailure -Code PasswordRefused) }
        throw
    }
    # The group is named by its SID: its name depends on the image's language.
    try { Add-LocalGroupMember -SID 'S-1-5-32-544' -Member $name }
    catch { if ($_.FullyQualifiedErrorId -notlike 'MemberExists*') { throw } }
    $false
}
