function Assert-HvoGroup {
    <#
    .SYNOPSIS
        Throws unless the group exists and is not a group of all users.
    .PARAMETER Group
        Name of the group or account.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Group
    )
    $sid = Get-HvoSid -Name $Group
    if (-not $sid) {
        throw "There is no group or account $Group. Create it, or correct -Group (DOMAIN\Name, or HOST\Name for a local one)."
    }
    # Everyone, Anonymous, Interactive, Authenticated Users, Network; Users, Guests; Domain Users, Guests and Computers.
    $wide = '\A(S-1-1-0|S-1-5-7|S-1-5-4|S-1-5-11|S-1-5-2|S-1-5-32-54[56]|S-1-5-21-.*-51[345])\z'
    if ($sid -cmatch $wide) {
        throw ("$Group has too many members: everyone who may use the endpoint can create and remove VMs. Create a group " +
            'for the operator''s account alone.')
    }
}
